// Menus are <details class="wd-menu">: open without script; with it, one at a time, and Esc or a
// click elsewhere closes.

function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details.wd-menu[open]")];
}

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const inside = (event.target as Element | null)?.closest("details.wd-menu");
    for (const menu of openMenus()) if (menu !== inside) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector<HTMLElement>("summary")?.focus();
      event.stopPropagation();
    }
  }, true);
}
