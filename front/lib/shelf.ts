/** Where a draft is kept; in another site's frame the browser may refuse us that. */
export const shelf: Pick<Storage, "getItem" | "setItem" | "removeItem"> = (() => {
  try {
    return window.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
})();

export const DRAFT = "otklik.draft";
