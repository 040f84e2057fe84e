// Words, announcements and the server's clock. Every sentence comes from the page (components/words.html).

const source = document.getElementById("words");
export const words = source ? JSON.parse(source.textContent) : {};
const rules = new Intl.PluralRules(words.language || document.documentElement.lang || "en");

/** Fill the braces of a template. */
export const fill = (template, values) =>
  (template || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** Pick the singular or plural form and fill in the number. */
export const plural = (forms, n) => fill(forms[rules.select(n) === "one" ? 0 : 1], { n });

/** Say something to screen readers; the same sentence twice is read twice. */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "live-assertive" : "live-polite");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
}

/** A wall-clock time as the interface writes it. */
export const clock = (at = new Date()) =>
  `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;

// --- The server's clock: the computer of the reader may be minutes off ------------------

let offset = 0;
export const serverNow = () => Date.now() + offset;

/** Learn the difference from an instant the server named and the local instant it arrived. */
export function learnClock(serverTime, arrived) {
  const found = serverTime - arrived;
  // The Date header has whole seconds: smaller differences say nothing.
  if (Number.isFinite(found) && Math.abs(found - offset) > 2000) offset = found;
}

const loaded = performance.getEntriesByType("navigation")[0];
if (loaded && loaded.type !== "back_forward" && document.body.dataset.now) {
  learnClock(Date.parse(document.body.dataset.now), performance.timeOrigin + loaded.responseStart);
}

// --- Small helpers shared by the modules --------------------------------------------------

/** Where a person writes: single keys must not act there. */
export const isTyping = (element) =>
  element instanceof Element &&
  (element.isContentEditable ||
    element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range])"));

/** Parse markup of any kind, table rows too, into its first element or the one with the id. */
export function parse(html, id) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const content = template.content;
  return (id && content.getElementById(id)) || content.firstElementChild;
}

/** The open dialog nearest to the reader. */
export const topLayer = () => [...document.querySelectorAll("dialog[open]")].pop() || null;

export const isShown = (element) => element.getClientRects().length > 0;
