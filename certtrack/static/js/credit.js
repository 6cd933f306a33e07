// The form for a credit: a file that is chosen is sent at once, and what was proposed is the person's once touched.
(() => {
  for (const pick of document.querySelectorAll("[data-pick]")) {
    const send = pick.querySelector("button");
    const said = pick.querySelector("[role='status']");
    send.parentElement.hidden = true; // a choice is enough
    for (const input of pick.querySelectorAll("input[type='file']")) {
      input.addEventListener("input", (event) => event.stopPropagation());
      input.addEventListener("change", (event) => {
        event.stopPropagation();
        if (!input.files.length) return;
        said.textContent = said.dataset.sending;
        input.form.requestSubmit(send);
      });
    }
    // a page that comes out of the browser's memory: the same file can be chosen once more
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      for (const input of pick.querySelectorAll("input[type='file']")) input.value = "";
      said.textContent = "";
    });
  }

  for (const field of document.querySelectorAll("[data-proposed]")) {
    field.addEventListener("input", () => {
      for (const mark of field.querySelectorAll(".proposed__mark, input[name='proposed']")) mark.remove();
      field.classList.remove("proposed");
    }, { once: true });
  }

  // what is kept as one types must not come after what is sent
  let isSent = false;
  document.getElementById("credit")?.addEventListener("submit", () => {
    isSent = true;
    window.htmx?.trigger("#ahead", "htmx:abort");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSent) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
})();
