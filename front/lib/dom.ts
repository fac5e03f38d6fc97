/** Small helpers over the document. Words shown to people live in the templates, not here. */

export function find<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

export function findAll<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

export function need<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = find<T>(selector, within);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The region's time zone: a monitor's own clock may be set to another. */
export const zone = { timeZone: document.documentElement.dataset.zone || undefined };

/** Copies what a <template> holds. */
export function stamp(template: HTMLTemplateElement): HTMLElement {
  return template.content.firstElementChild!.cloneNode(true) as HTMLElement;
}

/** Reads the page's words for a script: <template data-words><i data-key="saved">… {time}</i></template>. */
export function words(within: ParentNode): (key: string, values?: Record<string, string | number>) => string {
  const known = new Map<string, string>();
  for (const template of within.querySelectorAll<HTMLTemplateElement>("template[data-words]"))
    for (const word of template.content.querySelectorAll<HTMLElement>("[data-key]"))
      known.set(word.dataset.key!, word.textContent!.trim());
  return (key, values = {}) =>
    (known.get(key) ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function later<A extends unknown[]>(wait: number, run: (...given: A) => void): ((...given: A) => void) & { stop: () => void } {
  let timer = 0;
  const ask = (...given: A) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...given), wait);
  };
  return Object.assign(ask, { stop: () => clearTimeout(timer) });
}

export const english = (): boolean => document.documentElement.lang.startsWith("en");
