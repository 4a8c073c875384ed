// Countdowns: <span class="wd-count" data-due="2026-11-24T17:30:00+08:00" data-used="0.55">.
// The server writes the text for the moment of the page; this keeps it true while the page is open.
import { text } from "./dom";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds as "1:34" below a day, "2 days 5 h" above. */
function span(milliseconds: number): string {
  if (milliseconds < DAY) {
    const minutes = Math.floor(milliseconds / MINUTE);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }
  const days = Math.floor(milliseconds / DAY);
  const hours = Math.floor((milliseconds % DAY) / HOUR);
  return hours > 0 && days < 4 ? text("days-hours", days, hours) : text("days", days);
}

function tell(element: HTMLElement, now: number): void {
  const due = Date.parse(element.dataset["due"] ?? "");
  if (Number.isNaN(due) || element.classList.contains("is-hold")) return;
  const left = due - now;
  // The whole limit follows from what was left and used when the page was made.
  const limit = Number(element.dataset["limit"] ?? 0) * 1000;
  const used = limit > 0 ? 1 - left / limit : Number(element.dataset["used"] ?? 0);
  const kind = left < 0 ? "late" : used >= 0.8 ? "warn" : "ok";
  element.classList.remove("is-ok", "is-warn", "is-late");
  element.classList.add(`is-${kind}`);
  element.style.setProperty("--used", String(Math.min(Math.max(used, 0), 1)));
  element.textContent = text(left < 0 ? "late" : "left", span(Math.abs(left)));
}

export function startCountdowns(): void {
  const tick = () => {
    const now = Date.now();
    document.querySelectorAll<HTMLElement>(".wd-count[data-due]").forEach((e) => tell(e, now));
  };
  setInterval(tick, 20_000);
}
