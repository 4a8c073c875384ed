// J and K walk through the rows of a table with data-rows, Enter opens the row's first link, X ticks.
import { isShown, isTyping } from "./dom";

function rowsOfPage(): HTMLElement[] {
  const all = document.querySelectorAll<HTMLElement>("[data-rows] tbody tr:not(.grp, .tot)");
  return [...all].filter(isShown);
}

function current(rows: HTMLElement[]): number {
  return rows.findIndex((row) => row.hasAttribute("data-at"));
}

function go(step: number): void {
  const rows = rowsOfPage();
  if (rows.length === 0) return;
  const from = current(rows);
  const to = Math.min(Math.max(from + step, 0), rows.length - 1);
  rows[from]?.removeAttribute("data-at");
  const row = rows[to];
  row?.setAttribute("data-at", "");
  row?.scrollIntoView({ block: "nearest" });
  row?.querySelector<HTMLElement>("a[href]")?.focus({ preventScroll: true });
}

export function startRows(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(1);
    else if (key === "k") go(-1);
    else if (key === "x") {
      const rows = rowsOfPage();
      rows[current(rows)]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    }
  });
}
