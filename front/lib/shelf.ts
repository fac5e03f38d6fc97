/** Where a draft is kept; in another site's frame the browser may refuse us that. */
export const shelf: Pick<Storage, "getItem" | "setItem" | "removeItem"> = (() => {
  try {
    return window.localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
})();

export const DRAFT = "otklik.draft";
/** Set while messages wait in the phone, or what came of them has not been seen. */
export const WAITS = "otklik.waits";
/** Set while photos of a draft lie in the phone. */
export const PHOTOS = "otklik.photos";
/** Who is signed in, by a name that tells nothing; the form that the phone kept does not know. */
export const WHO = "otklik.who";
