// A work list with its evidence beside it: the row that stands open keeps its place on the screen
// from page to page, and J and K go on from it. On narrow screens the evidence comes first, and
// the link's #beside leads there.
const PLACE = "wd-worklist-place";

export function startWorkList(): void {
  const list = document.querySelector<HTMLElement>(".wd-worklist");
  if (!list) return;
  const isWide = matchMedia("(min-width: 1100px)").matches;
  const keep = (row: Element | null | undefined): void => {
    if (row) sessionStorage.setItem(PLACE, String(row.getBoundingClientRect().top));
  };

  const at = new URLSearchParams(location.search).get("at");
  const links = [...list.querySelectorAll<HTMLAnchorElement>("tbody a")];
  const open = at && links.find((link) => new URLSearchParams(link.search).get("at") === at);
  const row = open ? open.closest("tr") : null;
  row?.setAttribute("data-at", "");
  const place = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (row && place && isWide) {
    scrollBy({ top: row.getBoundingClientRect().top - Number(place), behavior: "instant" });
  }

  list.addEventListener("submit", () => keep(row));
  list.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.hash !== "#beside" || !isWide) return;
      link.hash = "";
      keep(link.closest("tr"));
    },
    true,
  );
}
