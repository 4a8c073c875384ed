// Keys. Whatever carries data-key="B" is clicked when B is pressed outside a field; keys with Ctrl
// and function keys work inside fields too. The sign for it is <kbd class="wd-kbd"> beside.
import { openDialog } from "./dialogs";
import { isShown, isTyping } from "./dom";

/** "Ctrl Enter", "F8", "b", "?": as written in data-key. */
function nameOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  parts.push(key === "arrowright" ? "→" : key === "arrowleft" ? "←" : key);
  return parts.join(" ");
}

function holder(name: string): HTMLElement | undefined {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll<HTMLElement>("[data-key]")].find(
    (element) => element.dataset["key"]?.toLowerCase() === name && isShown(element),
  );
}

function isOwnKey(event: KeyboardEvent, name: string): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || /^f\d+$/.test(name)) return true;
  if (isTyping(event.target)) return false;
  // Enter on a link or a button already does what it says.
  return !(name === "enter" && event.target instanceof Element && event.target.closest("a, button, summary"));
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    if (!isOwnKey(event, name)) return;
    const element = holder(name);
    if (element) {
      event.preventDefault();
      if (element.matches("input, select, textarea")) element.focus();
      else element.click();
      return;
    }
    if (name === "ctrl k" || name === "/") {
      event.preventDefault();
      openDialog("wd-search");
    } else if (name === "?") {
      event.preventDefault();
      openDialog("wd-help");
    }
  });
}
