// On pages whose parts are exchanged in place: the focus stays in sight, and what didn't get through is said.
(() => {
  const words = document.currentScript.dataset;
  let held = null; // what had the focus in the part that goes

  const isLost = () => !document.activeElement || document.activeElement === document.body;

  // the same field again where there is one (htmx sees to those with an id), else the first heading of what came
  const focusIn = (part) => {
    const to = part.querySelector("[data-focus]") ?? part.querySelector("h1, h2, h3") ?? part;
    if (to.tabIndex < 0 && !to.hasAttribute("tabindex")) to.setAttribute("tabindex", "-1");
    to.focus();
  };

  const clear = () => document.getElementById("unheard")?.remove();

  const say = (sentence) => {
    clear();
    const line = document.createElement("p");
    line.id = "unheard";
    line.className = "toast staying";
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    document.body.append(line);
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    held = detail.target.contains(document.activeElement) ? detail.target : null;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (held && isLost() && detail.elt.isConnected) focusIn(detail.elt);
    held = null;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) clear();
  });
  document.addEventListener("htmx:responseError", ({ detail }) => {
    say(detail.xhr.status >= 500 || detail.xhr.status === 429 ? words.away : words.refused);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      if (navigator.onLine) say(words.away); // without a line it waits: line.js
    });
  }
})();
