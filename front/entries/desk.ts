/** The desk by keyboard, and the small map of a case. Everything works without it. */

import { find, findAll } from "../lib/dom";

const all = find<HTMLInputElement>("[data-all]");
all?.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
});

/** Says how many rows the buttons will act on. */
function counted(): void {
  const place = find("[data-chosen]");
  const count = boxes().filter((box) => box.checked).length;
  if (place) place.textContent = count ? place.dataset.chosen!.replace("{count}", String(count)) : "";
}

function boxes(): HTMLInputElement[] {
  return findAll<HTMLInputElement>('input[name="number"]');
}
document.addEventListener("change", counted);

let place = -1;

/** Does what a key stands for: opens a verb and goes to its first field, follows a link and into what it leads to. */
function press(element: HTMLElement): void {
  if (element instanceof HTMLDetailsElement) element.open = true;
  else element.click();
  const within = element instanceof HTMLAnchorElement && element.hash ? find(element.hash) : element;
  find("select, textarea, input:not([type='hidden']), form button", within ?? element)?.focus();
}

/** What a key of the case's page stands for: by its name, or by its number among the verbs. */
function meant(code: string): HTMLElement | undefined {
  const number = /^Digit([1-9])$/.exec(code);
  return number ? findAll(".verbs details.verb")[Number(number[1]) - 1] : (find(`[data-hotkey="${code}"]`) ?? undefined);
}

document.addEventListener("keydown", (event) => {
  if ((event.target as Element).matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = findAll("[data-row]");
  // by the place of the key: in the Russian layout j is «о»
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) {
    event.preventDefault();
    find("[data-keys]")?.togglePopover();
  } else if (event.code === "Slash" || event.key === "/") {
    event.preventDefault();
    find("[data-focus]")?.focus();
  } else if ((event.code === "KeyJ" || event.code === "KeyK") && rows.length) {
    place = Math.max(0, Math.min(rows.length - 1, place + (event.code === "KeyJ" ? 1 : -1)));
    find<HTMLAnchorElement>("a", rows[place]!)?.focus();
  } else if (event.code === "KeyX" && rows[place]) {
    const box = find<HTMLInputElement>('input[name="number"]', rows[place]!);
    if (box) box.checked = !box.checked;
    counted();
  } else if (!event.shiftKey) {
    const element = meant(event.code);
    if (!element) return;
    event.preventDefault(); // or the letter would be written into the field that it opens
    press(element);
  }
});

for (const element of findAll("[data-case-map]")) {
  const center = element.dataset.caseMap!.split(",").map(Number) as [number, number];
  void Promise.all([import("../lib/map"), import("maplibre-gl")]).then(async ([{ createMap }, { Marker }]) => {
    const { map } = await createMap(element, { center, zoom: element.dataset.pmtiles ? 14 : 9, cooperative: true });
    new Marker({ color: "#b3261e" }).setLngLat(center).addTo(map);
  });
}
