// Panels that scroll sideways (narrow screens) can be reached and scrolled by keyboard.

function mark(panel: Element): void {
  if (panel.scrollWidth > panel.clientWidth) panel.setAttribute("tabindex", "0");
  else panel.removeAttribute("tabindex");
}

export function startScroll(): void {
  const all = () => document.querySelectorAll(".wd-panel").forEach(mark);
  new ResizeObserver(all).observe(document.body);
  document.addEventListener("htmx:load", all);
}
