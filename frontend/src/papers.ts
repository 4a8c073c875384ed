// Papers on the screen: a button with data-prints prints the page; one with data-unfolds="#id" opens
// every <details> inside, or closes them when all are open.

function unfold(button: HTMLElement): void {
  const place = document.querySelector(button.dataset["unfolds"] ?? "");
  if (!place) return;
  const all = [...place.querySelectorAll("details")];
  const open = all.some((one) => !one.open);
  for (const one of all) one.open = open;
  button.setAttribute("aria-expanded", String(open));
}

export function startPapers(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    if (target?.closest("[data-prints]")) print();
    const button = target?.closest<HTMLElement>("[data-unfolds]");
    if (button) unfold(button);
  });
}
