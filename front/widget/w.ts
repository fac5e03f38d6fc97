/** `<script async src="…/w.js" data-widget="TOKEN"></script>`: the widget stands where its line stands, as often as wished. */

import { address } from "./frame";

for (const line of document.querySelectorAll<HTMLScriptElement>("script[data-widget]")) {
  if (line.dataset.stands || new URL(line.src).pathname !== "/w.js") continue;
  line.dataset.stands = "1";
  const host = document.createElement("otklik-widget");
  host.setAttribute("src", address(`/w/${encodeURIComponent(line.dataset.widget!)}/`));
  line.after(host);
}
