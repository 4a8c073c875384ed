// Help drawer and navigation on narrow screens. `data-opens="id"` opens <dialog id>.

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("wd:opened"));
}

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    const opener = target?.closest<HTMLElement>("[data-opens]");
    if (opener) {
      event.preventDefault();
      openDialog(opener.dataset["opens"] ?? "");
      return;
    }
    const closer = target?.closest("[data-closes]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
      return;
    }
    // A click on the veil is a click on the dialog itself, outside its box.
    if (target instanceof HTMLDialogElement) {
      const box = target.getBoundingClientRect();
      const { clientX: x, clientY: y } = event as MouseEvent;
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) target.close();
    }
  });
}
