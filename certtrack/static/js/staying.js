// Says politely that a session will end soon, with a button that makes it last, and says when it has ended.
// Without it all works as well: the foot of each page says when a session ends, and what is typed is kept.
(() => {
  const place = document.getElementById("staying");
  const warnFor = 300;
  const longestWait = 2_000_000;
  let timer;

  const ask = async (url, options = {}) => {
    const answer = await fetch(url, { credentials: "same-origin", ...options });
    const isOurs = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    return isOurs ? (await answer.json()).left_s : 0;
  };

  const clear = () => place.replaceChildren();

  const say = (words, hasButton) => {
    clear();
    const line = document.createElement("p");
    line.className = "toast staying";
    const text = document.createElement("span");
    text.textContent = words;
    line.append(text);
    if (hasButton) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = place.dataset.stay;
      button.addEventListener("click", stay);
      line.append(button);
    }
    place.append(line);
  };

  const wait = (left) => {
    clearTimeout(timer);
    const isSoon = left <= warnFor;
    const seconds = isSoon ? left + 1 : left - warnFor;
    timer = setTimeout(look, Math.min(seconds * 1000, longestWait));
  };

  const show = (left, isWarned) => {
    if (left <= 0) return say(place.dataset.over, false);
    if (left > warnFor) clear();
    else if (!isWarned) say(place.dataset.soon, true);
    return wait(left);
  };

  // another tab may have made the session last meanwhile: the server knows
  const look = async () => {
    try {
      show(await ask("/account/left"), place.childElementCount > 0);
    } catch {
      wait(warnFor * 2); // offline: asked again in five minutes
    }
  };

  const stay = async () => {
    const body = new URLSearchParams({ csrf_token: place.dataset.token });
    try {
      show(await ask("/account/stay", { method: "POST", body }), false);
    } catch {
      wait(warnFor * 2);
    }
  };

  if (place) wait(Number(place.dataset.left));
})();
