// Chips tick in the browser. They say working time, of which the browser knows no more than the server sent:
//   while closed   data-rest: the seconds left, negative when late; they stand still
//   while open     data-ends: when nothing would be left if it stayed open (missing: data-due)
//   data-until     the next closing or opening; what lies behind it is asked for, once, in [data-topics][data-src]
// Risk and lateness turn at data-at-risk and data-due. All instants are seconds since 1970; due, ends and rest stay
// the same for as long as the calendar does, however old the markup is.

import { refresh } from "./pulse.js";
import { fill, plural, serverNow, words } from "./say.js";

const LOOKS = { running: ["chip--running", "ring"], at_risk: ["chip--at-risk", "triangle"], breached: ["chip--breached", "square"] };
const CLASSES = Object.values(LOOKS).map(([name]) => name);
const NBSP = "\u00a0";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
// After the instant the rows of a list may be up to ten seconds older than the answer (jinja.py: kept).
const PATIENCE = 10000 + Math.random() * 5000;
const AGAIN = 5 * 60 * 1000;
const asked = new WeakMap();
let timer = 0;

/** The same forms as common/formats.py: duration(). */
export function duration(seconds, { alwaysHours = false } = {}) {
  const unit = words.units;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours || alwaysHours) return [hours, unit.hour, String(rest).padStart(2, "0")].join(NBSP);
  return [rest, unit.minute].join(NBSP);
}

function spoken(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  const say = (forms, n) => plural(forms.map((form) => `{n} ${form}`), n);
  if (!hours) return say(words.units.minutes, rest);
  return say(words.units.hours, hours) + (rest ? ` ${String(rest).padStart(2, "0")}` : "");
}

function short(rest) {
  if (rest >= 300) return duration(rest);
  const seconds = Math.max(0, Math.floor(rest));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

const instant = (seconds) => (seconds ? seconds * 1000 : Infinity);

/** The working seconds left at an instant. */
function restOf({ rest, ends, due, until }, now) {
  return rest ? Number(rest) : (instant(ends ?? due) - Math.min(now, instant(until))) / 1000;
}

/** Paint one chip for an instant; return the milliseconds until it must be painted again. */
function paint(chip, now) {
  const rest = restOf(chip.dataset, now);
  const [due, until, atRisk] = ["due", "until", "atRisk"].map((name) => instant(chip.dataset[name]));
  const runs = !chip.dataset.rest && now < until;
  const before = chip.dataset.state;
  const state = now >= due ? "breached" : now >= atRisk || before === "at_risk" ? "at_risk" : "running";
  const late = state === "breached" && duration(Math.min(rest, 0), { alwaysHours: true });
  write(chip.querySelector(".chip__text"), late ? fill(words.chip.late, { time: late }) : short(rest));
  const sentence = fill(words.chip[`spoken_${state}`], {
    metric: chip.dataset.metric,
    time: spoken(state === "breached" ? Math.min(rest, 0) : rest),
    due: chip.dataset.dueWords ?? chip.nextElementSibling?.textContent,
  });
  write(chip.querySelector(".chip__spoken"), sentence);
  if (state !== before) {
    const [name, shape] = LOOKS[state];
    chip.classList.remove(...CLASSES);
    chip.classList.add(name);
    chip.querySelector("use")?.setAttribute("href", `#s-${shape}`);
    chip.dataset.state = state;
  }
  if (runs && now < due && rest <= 300 && !calm.matches) return 1000;
  const turns = [due - now, atRisk - now, until - now, runs ? (rest - 300) * 1000 : Infinity];
  return Math.max(250, Math.min(...turns.filter((turn) => turn > 0)) + 20);
}

/** The part of the page to ask for again when a chip has outlived what it knows. */
function outlived(chip, now) {
  if (now < instant(chip.dataset.until) + PATIENCE) return null;
  if (now < (asked.get(chip) ?? 0) + AGAIN || chip.closest(".is-gone")) return null;
  asked.set(chip, now);
  return chip.closest("[data-topics][data-src]");
}

/** Paint all chips of the page and wait for the next turn. */
export function tick() {
  clearTimeout(timer);
  if (document.hidden || !words.chip) return;
  const now = serverNow();
  let next = 30000;
  const stale = new Set();
  for (const chip of document.querySelectorAll(".chip[data-due]")) {
    next = Math.min(next, paint(chip, now));
    stale.add(outlived(chip, now));
  }
  // Wake on the whole second, so that all chips turn together.
  timer = setTimeout(tick, next <= 1000 ? 1000 - (serverNow() % 1000) : next);
  for (const place of stale) if (place) refresh(place);
}

export function start() {
  tick();
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("page:changed", tick);
  document.addEventListener("htmx:afterSettle", tick);
}
