// Entry of all staff pages. Pages work without it for reading; it adds keys, partial updates,
// countdowns, the search box, and loads charts only where a page has one.
import "@tabler/core/dist/css/tabler.css";
import "@tabler/icons-webfont/dist/tabler-icons.css";
import "./styles/tokens.css";
import "./styles/wattdesk.css";
import htmx from "htmx.org";
import { startCountdowns } from "./countdown";
import { startDialogs } from "./dialogs";
import { text } from "./dom";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startLists } from "./lists";
import { startMenus } from "./menus";
import { startPapers } from "./papers";
import { startPreferences } from "./preferences";
import { startRows } from "./rows";
import { startScroll } from "./scroll";
import { startSearch } from "./search";
import { startUploads } from "./uploads";
import { startWorkList } from "./worklist";

htmx.config.allowEval = false; // the content policy forbids it
htmx.config.includeIndicatorStyles = false;
htmx.config.defaultSettleDelay = 0; // a key pressed right after a swap already counts
htmx.config.historyCacheSize = 0; // pages hold personal data: none of it stays in the browser
htmx.config.refreshOnHistoryMiss = true;
// A refusal comes with a sentence in its page: show it where the answer was expected.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4(09|22)", swap: true },
  { code: "[45]..", swap: false, error: true },
];

startPreferences();
startMenus();
startDialogs();
startKeys();
startSearch();
startRows();
startLists();
startForms();
startPapers();
startUploads();
startWorkList();
startCountdowns();
startScroll();

// A refusal of the server comes as a sentence for the place of messages; no answer gets ours.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
  if (detail.xhr.getResponseHeader("HX-Retarget")) detail.shouldSwap = true;
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const { detail } = event as CustomEvent<{ xhr?: XMLHttpRequest }>;
    if (!detail.xhr?.getResponseHeader("HX-Retarget")) tellNoAnswer();
  });
}

function tellNoAnswer(): void {
  const place = document.getElementById("wd-messages");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "wd-note is-bad";
  note.setAttribute("role", "alert");
  note.textContent = text("unreachable");
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
}

async function drawCharts(root: ParentNode): Promise<void> {
  const places = root.querySelectorAll<HTMLElement>(".wd-chart[data-chart]");
  if (places.length === 0) return;
  const { draw } = await import("./chart");
  places.forEach(draw);
}

void drawCharts(document);
document.addEventListener("htmx:load", (event) => {
  const part = event.target;
  if (part instanceof HTMLElement) void drawCharts(part);
});
document.documentElement.dataset["ready"] = "1";
