// Keys for whoever looks through what waits: J and K go on and back, A says yes, R opens the return. They act outside
// fields only, are listed on the page, and are turned off there for this browser. Without them all works by links and forms.
(() => {
  const line = document.getElementById("keys");
  const list = line.querySelector("ul");
  const button = line.querySelector("button");
  const page = line.closest("body");
  const kept = "certtrack.desk.keys";
  let isLeaving = false;

  // a browser that keeps nothing has the keys on each page anew
  const read = () => {
    try {
      return localStorage.getItem(kept) !== "off";
    } catch {
      return true;
    }
  };
  const write = (isOn) => {
    try {
      localStorage.setItem(kept, isOn ? "on" : "off");
    } catch {
      // it holds for this page
    }
  };

  let isOn = read();
  const show = () => {
    list.hidden = !isOn;
    button.textContent = isOn ? button.dataset.off : button.dataset.on;
    page.classList.toggle("has-keys", isOn);
    for (const it of document.querySelectorAll("[data-key]")) {
      if (isOn) it.setAttribute("aria-keyshortcuts", it.dataset.key);
      else it.removeAttribute("aria-keyshortcuts");
    }
  };

  const isTyping = (at) => at.closest("input, select, textarea, [contenteditable]") !== null;

  const open = (summary) => {
    const fold = summary.parentElement;
    fold.open = true;
    (fold.querySelector("input:checked") ?? fold.querySelector("input")).focus();
  };

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !event.isComposing;
    if (!isOn || !isPlain || isLeaving || isTyping(event.target)) return;
    const it = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!it) return;
    event.preventDefault();
    if (it.matches("summary")) return open(it);
    isLeaving = true;
    it.click();
  });
  // the way out of the return form leads to the page anew where there are no scripts
  document.querySelector("[data-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const fold = event.target.closest("details");
    fold.open = false;
    fold.querySelector("summary").focus();
  });
  // the browser's back brings the page as it was left
  addEventListener("pageshow", () => (isLeaving = false));

  button.addEventListener("click", () => {
    isOn = !isOn;
    write(isOn);
    show();
  });

  line.hidden = false;
  show();
})();
