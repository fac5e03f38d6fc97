/** The editor of answers: finds a template by its words. Saving and hints are htmx's. */

import { find, findAll } from "../lib/dom";

for (const field of findAll<HTMLInputElement>("[data-narrow]")) {
  field.hidden = false;
  const list = find(field.dataset.narrow!);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of list?.children ?? [])
      (row as HTMLElement).hidden = !words.every((word) => row.textContent!.toLowerCase().includes(word));
  });
}
