// A file dropped on <div data-drop> becomes that of the file field inside; without this script the
// field alone does. A form with data-busy="Checking…" says so on its button while it is being sent.

export function startUploads(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-drop]")) {
    const field = place.querySelector<HTMLInputElement>("input[type=file]");
    if (!field) continue;
    place.addEventListener("dragover", (event) => {
      event.preventDefault();
      place.classList.add("is-over");
    });
    place.addEventListener("dragleave", () => place.classList.remove("is-over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      place.classList.remove("is-over");
      if (event.dataTransfer?.files.length) field.files = event.dataTransfer.files;
    });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset["busy"]) return;
    const button = form.querySelector<HTMLButtonElement>("button.btn-primary[type=submit]");
    if (!button) return;
    const words = button.innerHTML;
    button.textContent = form.dataset["busy"];
    button.setAttribute("aria-busy", "true");
    addEventListener("pageshow", () => {
      button.innerHTML = words;
      button.removeAttribute("aria-busy");
    }, { once: true });
  });
}
