// Small things every module needs.

/** True while the person types into a field, where letters are not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

/** True for an element that takes up room on the screen. */
export function isShown(element: HTMLElement): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

let words: Record<string, string> | undefined;

/** A text of the page's language from the block `wd-texts`, with {0}, {1} filled in. */
export function text(key: string, ...values: (string | number)[]): string {
  words ??= JSON.parse(document.getElementById("wd-texts")?.textContent ?? "{}") as Record<string, string>;
  return (words[key] ?? key).replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ""));
}

export function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax${secure}`;
}
