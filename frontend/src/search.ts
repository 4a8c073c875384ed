// The one search box: arrows choose, Enter opens, Ctrl Enter opens a new tab. The hits come from
// the server through htmx; focus stays in the field (a combobox with a list box).

function options(list: Element): HTMLAnchorElement[] {
  return [...list.querySelectorAll<HTMLAnchorElement>("a[role=option]")];
}

function choose(field: HTMLInputElement, list: Element, at: number): void {
  const all = options(list);
  all.forEach((option, index) => {
    const on = index === at;
    option.classList.toggle("on", on);
    option.setAttribute("aria-selected", String(on));
    if (on) option.scrollIntoView({ block: "nearest" });
  });
  const chosen = all[at];
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
}

function bind(field: HTMLInputElement): void {
  const list = document.getElementById(field.getAttribute("aria-controls") ?? "");
  if (!list) return;
  const at = () => options(list).findIndex((option) => option.classList.contains("on"));
  field.addEventListener("keydown", (event) => {
    const all = options(list);
    if (event.isComposing || all.length === 0) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(field, list, (at() + step + all.length) % all.length);
    } else if (event.key === "Enter") {
      const chosen = all[Math.max(at(), 0)];
      if (!chosen) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(chosen.href, "_blank", "noopener");
      else location.assign(chosen.href);
    }
  });
  list.addEventListener("htmx:afterSwap", () => {
    const all = options(list);
    field.setAttribute("aria-expanded", String(all.length > 0));
    if (all.length > 0) choose(field, list, 0);
  });
}

export function startSearch(): void {
  document.querySelectorAll<HTMLInputElement>("input[role=combobox]").forEach(bind);
  // Opened again, the box holds the last question, ready to be typed over.
  document.getElementById("wd-search")?.addEventListener("wd:opened", (event) => {
    (event.target as Element).querySelector<HTMLInputElement>("input[role=combobox]")?.select();
  });
}
