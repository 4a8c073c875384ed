// Forms: one sending at a time; fields with data-autosend send their form when changed.

export function startForms(): void {
  // After a refusal the cursor stands where something has to be put right.
  document.querySelector<HTMLElement>("main [aria-invalid='true']")?.focus();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method === "get" || form.hasAttribute("hx-post")) return;
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
    // Back from the next page: the form is usable again.
    addEventListener("pageshow", () => delete form.dataset["sent"], { once: true });
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field instanceof HTMLElement && field.hasAttribute("data-autosend")) {
      field.closest("form")?.requestSubmit();
    }
  });
}

// Empty fields of a condition say nothing: they stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, formData } = (event as CustomEvent<{ verb: string; formData: FormData }>).detail;
  if (verb !== "get") return;
  for (const [name, value] of [...formData.entries()]) if (value === "") formData.delete(name);
});
