// Keeps what is typed in forms with data-draft="<key>" on this computer until the server has it:
// written within 2 s, back after a reload, gone on reset, HX-Trigger "draft-saved", sign-out or after 7 days.

import { announce, clock, fill, words } from "./say.js";

const WEEK = 7 * 24 * 3600 * 1000;
const PAUSE = 1000;
const SENT = "draft-sent";
const prefix = `draft:${document.body.dataset.user || "-"}:`;
const timers = new WeakMap();

const fieldsOf = (form) =>
  [...form.elements].filter(
    (field) => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type) && field.name !== "csrfmiddlewaretoken"
      && !("noDraft" in field.dataset) || (field.type === "hidden" && "value" in field.dataset),
  );

// A hidden field has no default of its own: the choice of a combobox counts as soon as there is one.
const isDirty = (field) =>
  field.type === "hidden" ? Boolean(field.value)
    : /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked
    : field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.value !== field.defaultValue;

/** A form that came back refused holds what was typed as if it had always been there. */
function isTyped(field) {
  if (!field.matches("textarea, input:not([type=radio], [type=checkbox])") || !field.value) return false;
  const { form } = field;
  return "draftTyped" in form.dataset || Boolean(form.querySelector("[data-error-summary], [aria-invalid=true]"));
}

function store(form) {
  const values = fieldsOf(form).filter((field) => isDirty(field) || isTyped(field)).map((field) => [field.name, /^(checkbox|radio)$/.test(field.type) ? [field.value, field.checked] : field.value]);
  try {
    if (!values.length) return localStorage.removeItem(prefix + form.dataset.draft);
    localStorage.setItem(prefix + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
    const note = form.querySelector("[data-draft-note]");
    if (note) note.textContent = fill(words.saved, { time: clock() });
  } catch {
    // Storage is full or shut: the form itself still holds the text.
  }
}

function restore(form) {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(prefix + form.dataset.draft) || "null");
  } catch {
    return;
  }
  if (!kept) return;
  let changed = false;
  for (const [name, value] of kept.values) {
    for (const field of fieldsOf(form).filter((candidate) => candidate.name === name)) {
      if (isDirty(field)) continue;
      if (Array.isArray(value)) {
        if (field.value === value[0] && field.checked !== value[1]) { field.checked = value[1]; changed = true; }
      } else if (!/^(checkbox|radio)$/.test(field.type) && field.value !== value && !field.defaultValue) {
        field.value = value;
        changed = true;
      }
    }
  }
  if (!changed) return;
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  const note = form.querySelector("[data-draft-note]");
  if (note) note.textContent = words.restored;
  announce(words.restored);
}

/** Forget a draft by its key. */
export function forget(key) {
  localStorage.removeItem(prefix + key);
}

function forgetForm(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  forget(form.dataset.draft);
}

/** A plain form that was sent keeps its draft only if it came back with errors. */
function settleSent() {
  const key = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (!key) return;
  const back = document.querySelector(`form[data-draft="${CSS.escape(key)}"]`);
  if (!back?.querySelector("[aria-invalid=true], [data-error-summary]")) forget(key);
}

function forgetAll(keep) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:") && !keep(key)) localStorage.removeItem(key);
  }
}

function adopt() {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    if (form.dataset.draftReady) continue;
    form.dataset.draftReady = "1";
    restore(form);
  }
}

export function start() {
  const expire = (key) => {
    try { return Date.now() - JSON.parse(localStorage.getItem(key)).at < WEEK; } catch { return false; }
  };
  forgetAll(expire);
  settleSent();
  adopt();
  for (const name of ["htmx:afterSettle", "page:changed"]) document.addEventListener(name, adopt);
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.draft) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => store(form), PAUSE));
  });
  document.addEventListener("reset", (event) => {
    if (event.target.dataset.draft) forgetForm(event.target);
  });
  document.addEventListener("draft-saved", (event) => {
    const key = event.detail?.key || event.detail?.value || event.target.closest?.("form[data-draft]")?.dataset.draft;
    if (!key) return;
    for (const form of document.querySelectorAll("form[data-draft]")) if (form.dataset.draft === key) forgetForm(form);
    forget(key);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful, requestConfig } = event.detail;
    if (successful && requestConfig?.verb !== "get" && elt.dataset?.draft) forgetForm(elt);
  });
  document.addEventListener("submit", (event) => {
    if ("signOut" in event.target.dataset) forgetAll(() => false);
    else if (event.target.dataset.draft && !event.defaultPrevented) sessionStorage.setItem(SENT, event.target.dataset.draft);
  });
  // A dialog that leaves takes its form with it.
  document.addEventListener("close", (event) => {
    for (const form of event.target.querySelectorAll?.("form[data-draft]") || []) if (timers.has(form)) store(form);
  }, true);
  // The last words before the page goes.
  addEventListener("pagehide", () => {
    for (const form of document.querySelectorAll("form[data-draft]")) if (!form.dataset.sent && timers.has(form)) store(form);
  });
}
