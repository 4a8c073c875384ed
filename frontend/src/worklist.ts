// A work list with its evidence beside it: opening another row keeps the place in the list, and
// J and K go on from the row that stands open. On narrow screens the evidence comes first, and the
// link's #beside leads there.
const PLACE = "wd-worklist-place";

function isBesideList(): boolean {
  return matchMedia("(min-width: 1100px)").matches;
}

export function startWorkList(): void {
  const list = document.querySelector<HTMLElement>(".wd-worklist");
  if (!list) return;
  const keep = (): void => sessionStorage.setItem(PLACE, `${location.pathname} ${scrollY}`);
  list.addEventListener("submit", keep);
  list.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.hash !== "#beside" || !isBesideList()) return;
      link.hash = "";
      keep();
    },
    true,
  );
  const at = new URLSearchParams(location.search).get("at");
  for (const link of list.querySelectorAll<HTMLAnchorElement>("tbody a")) {
    if (at && new URLSearchParams(link.search).get("at") === at) {
      link.closest("tr")?.setAttribute("data-at", "");
    }
  }
  const [path, place] = (sessionStorage.getItem(PLACE) ?? "").split(" ");
  sessionStorage.removeItem(PLACE);
  if (path === location.pathname && place && isBesideList()) scrollTo(0, Number(place));
}
