// Chips tick in the browser from the due instants the server sent; no request is made.

import { fill, plural, serverNow, words } from "./say.js";

const LOOKS = { running: ["chip--running", "ring"], at_risk: ["chip--at-risk", "triangle"], breached: ["chip--breached", "square"] };
const CLASSES = Object.values(LOOKS).map(([name]) => name);
const NBSP = "\u00a0";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let timer = 0;

/** The same forms as common/formats.py: duration(). */
export function duration(seconds, { alwaysHours = false, days = false } = {}) {
  const unit = words.units;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (days && hours >= 48) return [Math.floor(hours / 24), unit.day, hours % 24, unit.hour].join(NBSP);
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
  if (rest >= 300) return duration(rest, { days: true });
  const seconds = Math.floor(rest);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Paint one chip for an instant; return the milliseconds until it must be painted again. */
function paint(chip, now) {
  const rest = (Date.parse(chip.dataset.due) - now) / 1000;
  const atRisk = chip.dataset.atRisk ? Date.parse(chip.dataset.atRisk) : Infinity;
  const before = chip.dataset.state;
  const state = rest <= 0 ? "breached" : now >= atRisk || before === "at_risk" ? "at_risk" : "running";
  write(
    chip.querySelector(".chip__text"),
    state === "breached" ? fill(words.chip.late, { time: duration(rest, { alwaysHours: true, days: true }) }) : short(rest),
  );
  const sentence = fill(words.chip[`spoken_${state}`], {
    metric: chip.dataset.metric, time: spoken(rest), due: chip.dataset.dueWords,
  });
  write(chip.querySelector(".chip__spoken"), sentence);
  if (state !== before) {
    const [name, shape] = LOOKS[state];
    chip.classList.remove(...CLASSES);
    chip.classList.add(name);
    chip.querySelector("use")?.setAttribute("href", `#s-${shape}`);
    chip.dataset.state = state;
  }
  if (rest > 0 && rest <= 300) return calm.matches ? 60000 : 1000;
  const turn = Math.min(rest > 300 ? (rest - 300) * 1000 : Infinity, atRisk > now ? atRisk - now : Infinity);
  return Math.max(250, Math.min(turn + 20, 30000));
}

/** Paint all chips of the page and wait for the next turn. */
export function tick() {
  clearTimeout(timer);
  if (document.hidden || !words.chip) return;
  const now = serverNow();
  let next = 30000;
  for (const chip of document.querySelectorAll(".chip[data-due]")) next = Math.min(next, paint(chip, now));
  // Wake on the whole second, so that all chips turn together.
  timer = setTimeout(tick, next <= 1000 ? 1000 - (serverNow() % 1000) : next);
}

export function start() {
  tick();
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("page:changed", tick);
  document.addEventListener("htmx:afterSettle", tick);
}
