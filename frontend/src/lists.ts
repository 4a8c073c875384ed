// Selection in lists: the box in the head ticks all rows of the page, the bar counts, Esc lets go.
import { isTyping, text } from "./dom";

const BOX = "input[type=checkbox][name=row]";

function boxes(list: Element): HTMLInputElement[] {
  return [...list.querySelectorAll<HTMLInputElement>(BOX)];
}

function show(list: Element): void {
  const all = boxes(list);
  const on = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr")?.classList.toggle("is-on", box.checked);
  const bar = list.querySelector<HTMLElement>("[data-selection]");
  if (bar) bar.hidden = on.length === 0;
  const count = list.querySelector("[data-selected]");
  if (count) count.textContent = text("selected", on.length);
  const head = list.querySelector<HTMLInputElement>("input[data-all]");
  if (head) {
    head.checked = on.length > 0 && on.length === all.length;
    head.indeterminate = on.length > 0 && on.length < all.length;
  }
  const whole = list.querySelector<HTMLInputElement>("input[name=whole]");
  if (whole && on.length < all.length) whole.checked = false;
}

export function startLists(): void {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const list = box.closest("[data-list]");
    if (!list) return;
    if (box.hasAttribute("data-all")) for (const one of boxes(list)) one.checked = box.checked;
    if (box.hasAttribute("data-all") || box.matches(BOX)) show(list);
  });
  const clear = (list: Element) => {
    for (const box of boxes(list)) box.checked = false;
    show(list);
  };
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest("[data-deselect]");
    const list = button?.closest("[data-list]");
    if (list) clear(list);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || isTyping(event.target)) return;
    document.querySelectorAll("[data-list]").forEach(clear);
  });
  document.addEventListener("htmx:load", (event) => {
    const part = event.target as Element | null;
    const list = part?.closest?.("[data-list]") ?? part?.querySelector?.("[data-list]");
    if (list) show(list);
  });
  document.querySelectorAll("[data-list]").forEach(show);
}
