// The call card: a panel over the page that F2 opens at once, because its fragment was fetched in idle time.
// dialog#call-card[data-src]. Esc parks a card with text in it; HX-Trigger "call-saved" ends it.
// The form itself, in the panel or on its own page, is form[data-call-form]: see the end of this file.

import { announce, words } from "./say.js";
import { toast } from "./toast.js";

const FRESH = 10 * 60 * 1000;
const card = document.getElementById("call-card");
let waiting = null;
let opener = null;
let ticking = 0;

function prefetch() {
  if (waiting && Date.now() - waiting.at < FRESH) return waiting.answer;
  const answer = fetch(card.dataset.src, { headers: { "HX-Request": "true", "HX-Target": card.id } }).then((response) => {
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    return response.text();
  });
  answer.catch(() => { waiting = null; });
  waiting = { at: Date.now(), answer };
  return answer;
}

const idle = () => (window.requestIdleCallback || setTimeout)(() => prefetch().catch(() => {}));

// A card that was refused holds its words as its defaults: it is worth keeping all the same.
const isDirty = () =>
  Boolean(card.querySelector("[data-draft-typed]")) || [...card.querySelectorAll("input:not([type=hidden]), textarea")].some((field) =>
    /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

function show() {
  if (card.open) return;
  opener = document.activeElement;
  // Under a modal dialog a plain panel could not be reached.
  if (document.querySelector("dialog:modal")) card.showModal();
  else card.show();
}

function focusField() {
  (card.querySelector("[data-focus]") || card.querySelector("input:not([type=hidden]), textarea"))?.focus();
}

/** Open the card, or bring back the parked one. Without it (or offline on first use) the link opens the page. */
export async function openCard() {
  if (!card) return false;
  if (card.open || card.childElementCount) {
    show();
    focusField();
    return true;
  }
  try {
    const html = await prefetch();
    waiting = null;
    card.innerHTML = html;
    show();
    startTimer();
    window.htmx?.process(card);
    card.dispatchEvent(new CustomEvent("page:changed", { bubbles: true }));
    focusField();
  } catch {
    location.href = card.dataset.src;
  }
  return true;
}

function startTimer() {
  const begun = Date.now();
  clearInterval(ticking);
  const write = () => {
    const seconds = Math.floor((Date.now() - begun) / 1000);
    const text = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    for (const place of card.querySelectorAll("[data-timer]")) place.textContent = text;
    const field = card.querySelector("input[data-timer-seconds]");
    if (field) field.value = seconds;
  };
  write();
  ticking = setInterval(write, 1000);
}

function end() {
  clearInterval(ticking);
  card.close();
  // Later: events of the same answer still start at the form inside.
  setTimeout(() => { if (!card.open) card.replaceChildren(); });
  idle();
}

/** Throw the card away; for as long as the message stands it can be had back. */
function discard() {
  const form = card.querySelector("form");
  const kept = isDirty() ? [...card.childNodes] : [];
  const values = [...form.elements].map((field) => [field, field.value, field.checked]);
  form.reset();
  end();
  if (!kept.length) return;
  toast({ text: form.dataset.discarded, link: words.undo, onLink: () => {
    for (const [field, value, checked] of values) { if (!field.matches("button")) field.value = value; field.checked = checked; }
    card.replaceChildren(...kept);
    openCard();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  } });
}

function park() {
  if (!isDirty()) return end();
  card.close();
  toast({ text: words.parked });
}

export function start() {
  startForm();
  if (!card) return;
  idle();
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-call-card]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openCard();
  });
  card.addEventListener("layer:escape", (event) => { event.preventDefault(); park(); });
  card.addEventListener("cancel", (event) => { event.preventDefault(); park(); });
  card.addEventListener("close", () => { if (opener?.isConnected) opener.focus({ preventScroll: true }); });
  card.addEventListener("click", (event) => {
    if (event.target.closest("[data-drops]")) discard();
    else if (event.target.closest("[data-parks]")) park();
  });
  document.addEventListener("call-saved", end);
}

// --- The form: a person made on the spot, an anonymous caller, lines that end ---------------

const NUMBER = /^[\d\s+()/.'-]{3,}$/;
const formOf = (element) => (element instanceof Element ? element.closest("[data-call-form]") : null);
let askedTwice = null;

/** "New person" unfolds its fields, the typed text in the right one, the focus in the other. */
function onChosen(event) {
  const form = formOf(event.target);
  const box = form?.querySelector("[data-new-person]");
  if (!box) return;
  const { value, text } = event.detail;
  box.open = value === "new";
  if (!box.open) return;
  const name = form.elements.new_name;
  const phone = form.elements.new_phone;
  const isNumber = NUMBER.test(text);
  (isNumber ? phone : name).value = text;
  // After the combobox has moved on to the text.
  queueMicrotask(() => (isNumber ? name : phone).focus());
}

/** Enter in the fields of a new person goes on to the next empty one; it never sends the card. */
function onPersonKey(event) {
  const form = formOf(event.target);
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !form || !/^new_(name|phone)$/.test(event.target.name)) return;
  event.preventDefault();
  const { new_name: name, new_phone: phone, text } = form.elements;
  (event.target === phone && !name.value ? name : event.target === name && !phone.value ? phone : text).focus();
}

/** Enter in the empty caller field, and once more: somebody who gives no name. */
function onCallerKey(event) {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
  const form = formOf(event.target);
  if (!form || event.target.getAttribute("role") !== "combobox" || event.target.value.trim()) return;
  event.preventDefault();
  event.stopPropagation();
  const hint = document.getElementById(`${event.target.id}-hint`);
  if (askedTwice !== event.target) {
    askedTwice = event.target;
    if (hint) hint.textContent = form.dataset.again;
    announce(form.dataset.again);
    return;
  }
  askedTwice = null;
  event.target.value = form.dataset.anonymous;
  const value = form.elements.caller;
  value.value = "anonymous";
  value.dispatchEvent(new Event("change", { bubbles: true }));
  form.elements.text.focus();
}

function startForm() {
  document.addEventListener("combobox:chosen", onChosen);
  document.addEventListener("keydown", onCallerKey, true);
  document.addEventListener("keydown", onPersonKey);
  document.addEventListener("keyup", (event) => {
    if (event.key === "Enter" && event.target.name === "text") formOf(event.target)?.dispatchEvent(new Event("call-line"));
  });
  document.addEventListener("input", (event) => { if (event.target === askedTwice) askedTwice = null; });
}
