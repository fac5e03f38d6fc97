/** htmx for staff pages, set for a strict CSP: `<script type="module" src="{% static 'build/htmx.js' %}">`. */

import htmx from "htmx.org";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

document.addEventListener("htmx:configRequest", (event) => {
  const { headers, verb } = (event as CustomEvent<{ headers: Record<string, string>; verb: string }>).detail;
  const token = document.querySelector<HTMLInputElement>('[name="csrfmiddlewaretoken"]')?.value; // no script reads cookies
  if (verb !== "get" && token) headers["X-CSRFToken"] = token;
});

// Mistakes come back as 422 with the form in them: show it like any answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
  if (detail.xhr.status === 422) [detail.shouldSwap, detail.isError] = [true, false];
});
