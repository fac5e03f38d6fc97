/** An address field with suggestions: the ARIA combobox pattern. Without it the field is a plain one.
 *
 * `<input role="combobox" data-combo="/addresses/" aria-controls="LIST">` and `<ul id="LIST" role="listbox" hidden>`;
 * the address answers with `<li role="option" data-value>`. Arrows walk, Enter takes, Escape closes.
 */

import { findAll, later, need } from "./dom";

const SHORTEST = 2;

export function mountCombobox(input: HTMLInputElement): void {
  const list = need<HTMLUListElement>(`#${input.getAttribute("aria-controls")}`);
  let place = -1;
  let asked = "";
  let taken = input.value;
  input.setAttribute("autocomplete", "off");
  const options = (): HTMLElement[] => findAll("[role=option]", list);

  function close(): void {
    list.hidden = true;
    place = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function walk(step: number): void {
    const found = options();
    place = (place + step + found.length) % found.length;
    found.forEach((each, at) => each.setAttribute("aria-selected", String(at === place)));
    const chosen = found[place]!;
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function take(option: HTMLElement): void {
    taken = input.value = option.dataset.value!;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const ask = later(180, async () => {
    const typed = input.value.trim();
    if (typed === taken || typed.length < SHORTEST || document.activeElement !== input) return;
    asked = typed;
    try {
      const answer = await fetch(`${input.dataset.combo}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok || asked !== typed || document.activeElement !== input) return;
      list.innerHTML = await answer.text();
    } catch {
      return; // typing goes on without suggestions
    }
    place = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !options().length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  });

  input.addEventListener("input", () => {
    if (input.value === taken) return;
    taken = "";
    ask();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      walk(event.key === "ArrowDown" ? 1 : place < 0 ? 0 : -1);
    } else if (event.key === "Enter" && place >= 0) {
      take(options()[place]!);
      event.stopPropagation(); // the page's own Enter goes on to the next field
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", () => window.setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (option) take(option);
  });
}

for (const input of findAll<HTMLInputElement>("[data-combo]")) mountCombobox(input);
