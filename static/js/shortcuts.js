// Keys. Single keys act outside text fields only and can be turned off (body[data-keys="off"]);
// function keys and Ctrl chords act everywhere. Matching is on event.key, so the printed letter counts.
//   [data-key="r"]  is pressed (or focused, if it is a field) by r
//   [data-go="q"]   is followed by g q
//   [data-list] > [data-row] with a[data-row-link] and a checkbox: j k arrows Enter o x
//   button[data-primary] is what Ctrl+Enter presses; button[data-secondary] what Ctrl+Shift+Enter presses

import { openCard } from "./callcard.js";
import { closeTop, open } from "./dialogs.js";
import { isShown, isTyping, topLayer } from "./say.js";
import { undoLast } from "./toast.js";

const SEQUENCE = 1200;
let going = 0;
let anchor = null;

function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "F2") { event.preventDefault(); newCall(); return; }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { submit(event); return; }
  if (event.key === "Escape") { if (closeTop()) event.preventDefault(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.body.dataset.keys === "off") return;
  if (single(event)) event.preventDefault();
}

function single(event) {
  const key = event.key;
  if (going && Date.now() - going < SEQUENCE) {
    going = 0;
    return follow(document.querySelector(`[data-go="${CSS.escape(key)}"]`));
  }
  going = 0;
  if (key === "g" && !topLayer()) { going = Date.now(); return true; }
  if (key === "?") return help();
  if (key === "u" && undoLast()) return true;
  if (press(key, event)) return true;
  if (key === "c" && !topLayer()) return newCall();
  return moveInList(key, event);
}

function newCall() {
  const here = document.querySelector("main [data-call-page] [data-focus]");
  if (here) here.focus();
  else openCard().then((done) => { if (!done) follow(document.querySelector("a[data-call-card]")); });
  return true;
}

function follow(link) {
  if (!link) return false;
  link.click();
  return true;
}

/** Press what names this key: first in the row one stands on, then in the layer on top, then on the page. */
function press(key, event) {
  if (key.length !== 1) return false;
  const layer = topLayer();
  const selector = `[data-key="${CSS.escape(key)}"]`;
  const roots = [document.activeElement?.closest("[data-row]"), layer, layer?.matches(":modal") ? null : document];
  for (const root of roots) {
    const target = root && [...root.querySelectorAll(selector)].find((element) => isShown(element) && element.getAttribute("aria-disabled") !== "true");
    if (!target) continue;
    if (isTyping(target)) { target.focus(); target.scrollIntoView({ block: "nearest" }); } else target.click();
    event.preventDefault();
    return true;
  }
  return false;
}

function submit(event) {
  const form = event.target.form || event.target.closest?.("form");
  if (!form) return;
  const name = event.shiftKey ? "secondary" : "primary";
  const buttons = [...form.elements, ...form.querySelectorAll("button")];
  const button = buttons.find((element) => name in element.dataset) || (event.shiftKey ? null : buttons.find((element) => element.type === "submit"));
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  event.preventDefault();
  // A press, not requestSubmit(): htmx sends the value of the button that was pressed.
  button.click();
}

// --- Lists ------------------------------------------------------------------------------

const rowsOf = (list) => [...list.querySelectorAll("[data-row]")].filter(isShown);

function moveInList(key, event) {
  const list = document.activeElement?.closest("[data-list]") || document.querySelector("main [data-list]");
  if (!list || (topLayer() && !topLayer().contains(list))) return false;
  const rows = rowsOf(list);
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  if (key === "j" || key === "k") return goTo(rows[at < 0 ? 0 : at + (key === "j" ? 1 : -1)]);
  if (at < 0) return false;
  if (key === "ArrowDown" || key === "ArrowUp") return goTo(rows[at + (key === "ArrowDown" ? 1 : -1)]);
  if (key === "o") return follow(rows[at].querySelector("[data-row-link]"));
  if (key === "x" || key === "X") return select(rows, at, key === "X" || event.shiftKey);
  return false;
}

function goTo(row) {
  const link = row?.querySelector("[data-row-link]");
  if (!link) return Boolean(row);
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function select(rows, at, range) {
  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  const box = boxOf(rows[at]);
  if (!box) return false;
  const from = range && anchor && rows.includes(anchor) ? rows.indexOf(anchor) : at;
  const value = range ? true : !box.checked;
  for (const row of rows.slice(Math.min(from, at), Math.max(from, at) + 1)) {
    const one = boxOf(row);
    if (one && one.checked !== value) one.click();
  }
  anchor = rows[at];
  return true;
}

// --- Help ---------------------------------------------------------------------------------

function help() {
  const dialog = document.getElementById("keys-dialog");
  if (!dialog) return false;
  if (dialog.open) { dialog.close(); return true; }
  open(dialog);
  return true;
}

/** List the keys of this screen from the elements that carry them. */
function describe(dialog) {
  for (const entry of dialog.querySelectorAll("[data-needs-go]")) entry.hidden = !document.querySelector(`[data-go="${entry.dataset.needsGo}"]`);
  dialog.querySelector("[data-keys-list]").hidden = !document.querySelector("main [data-list]");
  const section = dialog.querySelector("[data-keys-here]");
  const seen = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key) || !isShown(element)) continue;
    seen.set(element.dataset.key, nameOf(element));
  }
  const entries = [...seen].map(([key, name]) => {
    const entry = document.createElement("div");
    const term = document.createElement("dt");
    const cap = document.createElement("kbd");
    const words = document.createElement("dd");
    cap.className = "key";
    cap.textContent = key;
    words.textContent = name;
    term.append(cap);
    entry.append(term, words);
    return entry;
  });
  section.querySelector("dl").replaceChildren(...entries);
  section.hidden = !entries.length;
}

const nameOf = (element) =>
  element.dataset.keyLabel || element.getAttribute("aria-label") || element.labels?.[0]?.textContent.trim() ||
  element.querySelector("span")?.textContent.trim() || element.title || element.textContent.trim();

export function start() {
  document.addEventListener("keydown", onKey);
  const dialog = document.getElementById("keys-dialog");
  if (!dialog) return;
  // Written before it is shown, whoever opens it.
  new MutationObserver(() => { if (dialog.open) describe(dialog); }).observe(dialog, { attributeFilter: ["open"] });
}
