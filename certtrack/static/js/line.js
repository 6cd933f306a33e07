// Without a line nothing that was typed is lost: what was to be sent waits on its page, and goes once the line is back.
// Where scripts are off, the browser says that there is no line, and its way back leads to what was typed.
(() => {
  const place = document.getElementById("line");
  const waiting = new Map(); // by the form or the part that sends it, how that is sent

  const say = () => {
    const line = document.createElement("p");
    line.className = "toast staying";
    line.setAttribute("role", "alert");
    line.textContent = place.dataset.gone;
    place.replaceChildren(line);
  };

  const wait = (it, send) => {
    waiting.set(it, send);
    if (!place.childElementCount) say();
  };

  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.defaultPrevented) return;
    event.preventDefault();
    const { target, submitter } = event;
    wait(target, () => target.requestSubmit(submitter));
  });
  document.addEventListener("htmx:sendError", ({ detail }) => {
    if (navigator.onLine) return;
    const { verb, path } = detail.requestConfig;
    wait(detail.elt, () => window.htmx.ajax(verb, path, { source: detail.elt }));
  });
  window.addEventListener("online", () => {
    const all = [...waiting];
    waiting.clear();
    place.replaceChildren();
    for (const [it, send] of all) if (it.isConnected) send();
  });
})();
