// Dialogs, menus and the small switches of fields: all by data attributes.
//   data-opens="<id>" opens a dialog, data-closes closes the one around it; dialog[data-open] opens when it arrives;
//   dialog[data-modeless] leaves the page usable; details[data-menu] closes like a menu;
//   data-shows="<id>" shows a password; data-fill='{"<id>": "text"}' fills fields (data-fill-stays: and the focus stays); data-copy="text" copies.

import { announce, topLayer, words } from "./say.js";

/** Open a dialog; the browser gives the focus back to the opener when a modal one closes. */
export function open(dialog) {
  if (dialog.open) return;
  const opener = document.activeElement;
  if ("modeless" in dialog.dataset) {
    dialog.show();
    dialog.addEventListener("close", () => opener?.isConnected && opener.focus(), { once: true });
  } else dialog.showModal();
  const wanted = dialog.querySelector("[data-error-summary], [data-focus], [autofocus]");
  (wanted || firstField(dialog))?.focus();
}

/** Not the button that closes: the first question, and of radios the answer it has. */
function firstField(dialog) {
  const body = dialog.querySelector(".dialog__body");
  const field = body?.querySelector("input:not([type=hidden]), select, textarea, button");
  const chosen = field?.type === "radio" && body.querySelector(`[name="${CSS.escape(field.name)}"]:checked`);
  return chosen || field;
}

function openArrived() {
  for (const dialog of document.querySelectorAll("dialog[data-open]")) {
    dialog.removeAttribute("data-open");
    open(dialog);
  }
}

function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  const opener = target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) { event.preventDefault(); open(dialog); }
  }
  const closer = target.closest("[data-closes]");
  const closed = closer?.closest("dialog");
  // Outside a dialog it is a link like another.
  if (closed) { event.preventDefault(); closed.close(); }
  const shows = target.closest("[data-shows]");
  if (shows) toggleSecret(shows);
  const fills = target.closest("[data-fill]");
  if (fills) fillIn(JSON.parse(fills.dataset.fill), "fillStays" in fills.dataset);
  const copies = target.closest("[data-copy]");
  if (copies) navigator.clipboard?.writeText(copies.dataset.copy).then(() => announce(words.copied));
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

function toggleSecret(button) {
  const input = document.getElementById(button.dataset.shows);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  button.firstChild.nodeValue = shown ? words.show : words.hide;
}

function fillIn(values, stays) {
  let last = null;
  for (const [id, value] of Object.entries(values)) {
    last = document.getElementById(id);
    if (!last) continue;
    last.value = value;
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (!stays) last?.form?.querySelector("button[type=submit]:not([hidden])")?.focus();
}

/** Close what lies on top; false when nothing is open. Text in it stays. */
export function closeTop() {
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return true;
  }
  const layer = topLayer();
  if (!layer) return false;
  layer.dispatchEvent(new CustomEvent("layer:escape", { cancelable: true })) && layer.close();
  return true;
}

export function start() {
  document.addEventListener("click", onClick);
  openArrived();
  for (const name of ["htmx:afterSettle", "page:changed"]) document.addEventListener(name, openArrived);
  // HX-Trigger: close-dialog
  document.addEventListener("close-dialog", () => topLayer()?.close());
  // A dialog that was fetched leaves the page when it closes.
  document.getElementById("layers")?.addEventListener("close", (event) => event.target.remove(), true);
}
