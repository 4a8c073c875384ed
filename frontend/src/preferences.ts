// Type size, dark, narrow navigation, row height: at once, and kept in cookies that the server
// reads before it draws the next page. Without this script the same buttons post a form.
import { remember } from "./dom";

const ATTRIBUTES: Record<string, string> = {
  theme: "data-bs-theme",
  type: "data-type",
  nav: "data-nav",
  density: "data-density",
};

function next(button: HTMLButtonElement, values: string[]): string {
  const at = values.indexOf(button.value);
  return values[(at + 1) % values.length] ?? button.value;
}

export function startPreferences(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLButtonElement>("button[data-prefers]");
    if (!button) return;
    const name = button.name;
    const attribute = ATTRIBUTES[name];
    if (!attribute) return;
    event.preventDefault();
    document.documentElement.setAttribute(attribute, button.value);
    remember(`wd_${name}`, button.value);
    button.value = next(button, (button.dataset["prefers"] ?? "").split(" "));
    // Charts take their colours and sizes when drawn.
    document.dispatchEvent(new CustomEvent("wd:look"));
  });
}
