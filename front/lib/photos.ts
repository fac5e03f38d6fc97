/** Photos before they travel: smaller, and with nothing in them but the picture.
 *
 * The service worker uses this too: nothing here may ask for a document when it is loaded.
 */

import { createStore, del, get, set } from "idb-keyval";

const store = createStore("otklik-draft", "photos");
const DRAFT = "draft";
const PICTURE = /^image\/(jpeg|png|webp|heic|heif|avif)$/;

/** Draws a photo anew, `side` pixels at most: EXIF, the place among it, does not leave the phone.
 *
 * What this browser cannot read goes as it is; the server cleans what it shows in any case.
 */
export async function clean(file: File, side: number): Promise<File> {
  if (!PICTURE.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paper = canvas.getContext("2d")!;
    paper.fillStyle = "#fff"; // under what is transparent
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

/** Photos of a draft outlive the page: taking one, a phone may end it. */
export const keepDraft = (files: File[]): Promise<void> => (files.length ? set(DRAFT, files, store) : del(DRAFT, store));
/** What another application shared, put down by the worker for the form that it opens. */
const SHARED = "shared";
export interface Shared {
  text: string;
  photos: File[];
}
export const putShared = (shared: Shared): Promise<void> => set(SHARED, shared, store);
export async function takeShared(): Promise<Shared | undefined> {
  const shared = await get<Shared>(SHARED, store);
  await del(SHARED, store);
  return shared;
}
export const draft = async (): Promise<File[]> => (await get<File[]>(DRAFT, store)) ?? [];
