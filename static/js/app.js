// Entry of every page. The modules attach by data attributes (docs/how-to/components.md) and wait for nothing.

import * as callcard from "./callcard.js";
import * as chips from "./chips.js";
import * as combobox from "./combobox.js";
import * as composer from "./composer.js";
import * as dialogs from "./dialogs.js";
import * as drafts from "./drafts.js";
import * as focus from "./focus.js";
import { registerSwap } from "./morph.js";
import * as pulse from "./pulse.js";
import { words } from "./say.js";
import * as shortcuts from "./shortcuts.js";
import * as toast from "./toast.js";

const root = document.documentElement;
root.classList.add("has-js");
if (window.htmx) registerSwap(window.htmx);

for (const part of [toast, dialogs, focus, chips, combobox, composer, drafts, callcard, shortcuts, pulse]) part.start();

// --- Requests: a thin line, no double submit, honest failure ------------------------------

const submitters = (form) => form.querySelectorAll?.("button[type=submit], button:not([type])") || [];

function busy(form, is) {
  if (!(form instanceof HTMLFormElement)) return;
  for (const button of submitters(form)) {
    if (is) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

let running = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig?.verb !== "get") {
    if (elt.dataset?.sending) { event.preventDefault(); return; }
    if (elt.dataset && elt !== document.body) elt.dataset.sending = "1";
    busy(elt, true);
  }
  running += 1;
  root.classList.add("is-loading");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt } = event.detail;
  if (elt.dataset) delete elt.dataset.sending;
  busy(elt, false);
  if (event.detail.successful && elt.matches?.("form[data-resets]")) elt.reset();
  running = Math.max(0, running - 1);
  if (!running) root.classList.remove("is-loading");
});
// A refusal that says where it belongs is shown there, with everything typed; any other 403 is not.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 403 && xhr.getResponseHeader("HX-Reswap")) Object.assign(event.detail, { shouldSwap: true, isError: false });
});
document.addEventListener("htmx:sendError", () => fail(words.not_sent));
document.addEventListener("htmx:timeout", () => fail(words.not_sent));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  // 422 and 409 are swapped and speak for themselves.
  if (![409, 422].includes(xhr.status)) fail(words.failed);
});

const fail = (text) => toast.toast({ text, urgent: true });

// A plain form is sent once; coming back to the page frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-hx-post]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  // After this turn, so that the pressed button is still sent.
  setTimeout(() => busy(form, true));
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) { delete form.dataset.sent; busy(form, false); }
});
