/** What both scripts for other sites need: a frame that is as high as its page, and a dialog over the site's page. */

const ORIGIN = new URL((document.currentScript as HTMLScriptElement).src).origin;

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
:host{display:block}
iframe{display:block;width:100%;border:0;color-scheme:normal}
dialog{padding:0;border:0;border-radius:16px;width:min(40rem,calc(100vw - 1.5rem));height:min(52rem,calc(100dvh - 1.5rem));overflow:hidden;background:#f4f4f0;box-shadow:0 16px 48px rgb(0 0 0/35%)}
dialog::backdrop{background:rgb(0 0 0/55%)}
dialog iframe{height:100%}
button{position:absolute;top:8px;right:8px;width:44px;height:44px;border:0;border-radius:50%;background:#fff;color:#111;font:24px/1 sans-serif;cursor:pointer;box-shadow:0 1px 4px rgb(0 0 0/30%)}
button:focus-visible{outline:3px solid #0b5f6b}
`);

interface Said { otklik?: number; height?: number; open?: string; close?: boolean; sent?: string }

export const address = (path: string): string => ORIGIN + path;

/** Puts a page of ours into an element of the site's own; everything else on the site stays as it was. */
export class Host extends HTMLElement {
  private frame?: HTMLIFrameElement;
  private dialog?: HTMLDialogElement;
  private readonly heard = (event: MessageEvent<Said>): void => this.hear(event);

  /** The page shown in place; none for an element that only opens the dialog. */
  get page(): string | null {
    return this.getAttribute("src");
  }

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [SHEET];
    if (this.page && !this.frame) {
      this.frame = this.put(this.page, this.getAttribute("label") ?? "Отклик");
      this.frame.loading = "lazy";
      this.frame.height = "64";
      root.append(this.frame);
    }
    window.addEventListener("message", this.heard);
  }

  disconnectedCallback(): void {
    window.removeEventListener("message", this.heard);
  }

  private put(source: string, title: string): HTMLIFrameElement {
    const frame = document.createElement("iframe");
    frame.src = source;
    frame.title = title;
    frame.allow = "geolocation; camera";
    return frame;
  }

  private hear(event: MessageEvent<Said>): void {
    const inner = this.dialog?.querySelector("iframe");
    const from = event.source;
    if (event.origin !== ORIGIN || !event.data?.otklik || !from) return;
    if (from !== this.frame?.contentWindow && from !== inner?.contentWindow) return;
    const { height, open, close, sent } = event.data;
    if (height && from === this.frame?.contentWindow) this.frame.height = String(Math.min(height, 4000));
    if (open && new URL(open).origin === ORIGIN) this.open(open);
    if (close) this.dialog?.close();
    if (sent) this.dispatchEvent(new CustomEvent("otklik:sent", { bubbles: true, detail: { number: sent } }));
  }

  /** Opens the form over the page; the focus comes back to where it was when it is closed. */
  open(source: string): void {
    const dialog = document.createElement("dialog");
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", document.documentElement.lang.startsWith("en") ? "Close" : "Закрыть");
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      this.dialog = undefined;
    });
    dialog.append(this.put(source, "Отклик"), close);
    this.shadowRoot!.append(dialog);
    this.dialog = dialog;
    dialog.showModal();
  }
}

if (!customElements.get("otklik-widget")) customElements.define("otklik-widget", Host);
