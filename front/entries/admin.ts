/** The administration is Django's own; its lists with a search get their fields' names, which select2 does not give them. */

import { find, findAll } from "../lib/dom";

function name(): void {
  for (const list of findAll<HTMLSelectElement>("select.select2-hidden-accessible")) {
    const said = list.labels[0]?.textContent?.trim().replace(/:$/, "") ?? list.getAttribute("aria-label") ?? list.name;
    const box = list.nextElementSibling;
    const chosen = box && find(".select2-selection__rendered", box as HTMLElement);
    if (!box || !chosen) continue;
    chosen.setAttribute("aria-label", said);
    const control = find('[role="combobox"]', box as HTMLElement);
    control?.setAttribute("aria-label", said);
    control?.removeAttribute("aria-labelledby");
  }
}

// select2 comes when jQuery finds it timely, and again with every row that is added
new MutationObserver((changes) => {
  if (changes.some(({ addedNodes }) => [...addedNodes].some((node) => node instanceof HTMLElement && node.matches(".select2")))) name();
}).observe(document.body, { childList: true, subtree: true });
name();
