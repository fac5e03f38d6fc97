/** Understands the code of the national widget: `Widget("https://…/form", 233059)` opens ours from the site's own buttons. */

import { Host, address } from "./frame";

const BUTTONS = "#js-show-iframe-wrapper button, #js-show-iframe-wrapper [class*='banner-btn'], .js-show-iframe";

function Widget(_form: string, number: number | string): void {
  const host = document.createElement("otklik-widget") as Host;
  document.body.append(host);
  const open = (event: Event): void => {
    event.preventDefault();
    host.open(address(`/w/legacy/${Number(number)}/`));
  };
  const buttons = document.querySelectorAll<HTMLElement>(BUTTONS);
  const ends = buttons.length ? [...buttons] : [...document.querySelectorAll<HTMLElement>("#js-show-iframe-wrapper")];
  for (const each of ends) {
    each.addEventListener("click", open);
    if (each.matches("button, a")) continue;
    each.tabIndex = 0; // the old code is a div that no keyboard reaches
    each.setAttribute("role", "button");
    each.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") open(event);
    });
  }
}

Object.assign(window, { Widget });
