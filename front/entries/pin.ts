/** The location picker (see lib/picker.ts). The form imports it when a person chooses «На карте»;
 * a page may also load it as its own script: every [data-pin] on the page is then set up at once. */

import { findAll } from "../lib/dom";
import { mountPicker } from "../lib/picker";

export { mountPicker };

if (!document.querySelector("[data-send]")) for (const root of findAll("[data-pin]")) void mountPicker(root);
