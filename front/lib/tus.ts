/** Sends a file in pieces by tus 1.0; a broken upload goes on where the server says it ends.
 *
 * Over fetch, not XMLHttpRequest: the service worker, which has none, sends what waits by the same code.
 */

const VERSION = { "Tus-Resumable": "1.0.0" };
const PIECE = 128 * 1024;
const PATIENCE = 120_000;
const TRIES = 20;

/** The other side said no to this very thing: sending the same again will not help. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    said: string,
  ) {
    super(said);
  }
}

export interface Sending {
  name: string;
  blob: Blob;
  address?: string;
}

/** Returns when all of it is there; `kept` is called with the address as soon as there is one. */
export async function upload(
  file: Sending,
  kept: (address: string) => Promise<void>,
  told: (bytes: number) => void,
): Promise<void> {
  let offset = file.address ? await offsetOf(file.address) : null;
  if (offset === null) {
    file.address = await begin(file);
    await kept(file.address); // before the first byte: who goes on after us must know it
    offset = 0;
  }
  for (let tries = 0; offset < file.blob.size; ) {
    told(offset);
    const piece = file.blob.slice(offset, offset + PIECE);
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) };
    const answer = await ask(file.address!, { method: "PATCH", headers, body: piece });
    if (answer.status !== 204 && answer.status !== 409) throw new Error(`upload: ${answer.status}`);
    if (answer.status === 409 && ++tries > TRIES) throw new Error("upload: the end moves");
    offset = Number(answer.headers.get("Upload-Offset"));
  }
  told(file.blob.size);
}

async function begin({ name, blob }: Sending): Promise<string> {
  const metadata = `filename ${btoa(String.fromCharCode(...new TextEncoder().encode(name)))}`;
  const headers = { "Upload-Length": String(blob.size), "Upload-Metadata": metadata };
  const answer = await ask("/uploads/", { method: "POST", headers });
  if (answer.status === 413) throw new Refusal(413, await answer.text());
  if (answer.status !== 201) throw new Error(`upload: ${answer.status}`);
  return answer.headers.get("Location")!;
}

/** How much of it is there; null if the server knows no such file any more. */
async function offsetOf(address: string): Promise<number | null> {
  const answer = await ask(address, { method: "HEAD" });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`upload: ${answer.status}`);
  return Number(answer.headers.get("Upload-Offset"));
}

function ask(address: string, request: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
  const headers = { ...VERSION, ...request.headers };
  return fetch(address, { ...request, headers, signal: AbortSignal.timeout(PATIENCE) });
}

/** What the form carries in place of a file that is there. */
export const tokenOf = (address: string): string => address.split("/").filter(Boolean).pop()!;
