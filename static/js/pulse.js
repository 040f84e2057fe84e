// One pulse per tab: asks "what changed since these versions?" and fetches again what the page shows of it.
//   body[data-pulse-token data-pulse-versions data-pulse-url?]
//   [id][data-topics="ticket:12 queue"][data-src]  is fetched (HX-Request, HX-Target) and morphed
//   … data-pulse-mode="rows": rows that are here follow, rows that go stay dimmed, new ones are only counted
//     in [data-new-count="<id>"] until [data-show-new="<id>"] is pressed

import { morph } from "./morph.js";
import { announce, clock, fill, learnClock, parse, plural, words } from "./say.js";
import { toast } from "./toast.js";

const VISIBLE = 2000;
const HIDDEN = 15000;
const GIVE_UP_HIDDEN = 5 * 60 * 1000;
const PATIENCE = 8000;
const RETRY = [1000, 2000, 5000, 10000, 30000];

const body = document.body;
let versions = body.dataset.pulseVersions || "";
let timer = 0;
let asking = false;
let failures = 0;
let offlineSince = null;
let hiddenSince = document.hidden ? Date.now() : null;
let stopped = false;

const jitter = (ms) => ms * (0.8 + 0.4 * Math.random());

async function beat() {
  clearTimeout(timer);
  if (asking || stopped) return;
  asking = true;
  try {
    const url = new URL(body.dataset.pulseUrl || "/pulse/", location.href);
    url.searchParams.set("t", body.dataset.pulseToken);
    url.searchParams.set("v", versions);
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if ([400, 401, 403, 404, 410].includes(answer.status)) return stop();
    if (!answer.ok) throw new Error(String(answer.status));
    learnClock(Date.parse(answer.headers.get("Date")), Date.now());
    const news = answer.status === 200 ? await answer.json() : null;
    online();
    noticeVersion(answer.headers.get("X-App-Version"));
    if (news) {
      versions = news.v;
      changed(news.changed || []);
    }
  } catch {
    failures += 1;
    if (failures > 1 || !navigator.onLine) offline();
  } finally {
    asking = false;
    plan();
  }
}

function plan() {
  clearTimeout(timer);
  if (stopped) return;
  if (document.hidden && hiddenSince && Date.now() - hiddenSince > GIVE_UP_HIDDEN) return;
  const wait = failures ? jitter(RETRY[Math.min(failures, RETRY.length) - 1]) : document.hidden ? HIDDEN : VISIBLE;
  timer = setTimeout(beat, wait);
}

/** Ask at once: after one's own write, or when the page comes back. */
export function poke() {
  clearTimeout(timer);
  timer = setTimeout(beat, 50);
}

// --- The dot -------------------------------------------------------------------------------

function show(state, text) {
  for (const dot of document.querySelectorAll("[data-connection]")) {
    dot.dataset.state = state;
    const place = dot.querySelector("[data-connection-words]");
    if (place && place.textContent !== text) place.textContent = text;
  }
}

function online() {
  failures = 0;
  if (offlineSince) announce(words.back_online);
  offlineSince = null;
  show("live", words.live);
}

function offline() {
  const first = !offlineSince;
  offlineSince ||= new Date();
  const text = fill(words.offline, { time: clock(offlineSince) });
  show("offline", text);
  if (first) announce(text);
}

function stop() {
  stopped = true;
  show("offline", words.stopped);
  toast({ text: words.stopped, link: words.reload, onLink: () => location.reload() });
}

let told = false;
function noticeVersion(version) {
  if (!version || !body.dataset.version || version === body.dataset.version || told) return;
  told = true;
  toast({ text: words.new_version, link: words.reload, onLink: () => location.reload() });
}

// --- What changed ----------------------------------------------------------------------------

function changed(topics) {
  const hit = new Set(topics);
  for (const element of document.querySelectorAll("[data-topics]")) {
    if (element.dataset.topics.split(/\s+/).some((topic) => hit.has(topic))) refresh(element);
  }
  document.dispatchEvent(new CustomEvent("pulse:changed", { detail: { topics } }));
}

const flying = new WeakMap();

/** Fetch an element again; while a request is under way one more is remembered, never two sent. */
export async function refresh(element, all = false) {
  const source = element.dataset.src || element.getAttribute("hx-get");
  if (!source || !element.id) return;
  const flight = flying.get(element);
  if (flight) {
    flight.again = true;
    flight.all ||= all;
    return;
  }
  const mine = { again: false, all: false };
  flying.set(element, mine);
  try {
    const answer = await fetch(source, {
      cache: "no-store",
      headers: { "HX-Request": "true", "HX-Target": element.id, "HX-Current-URL": location.href, "HX-Pulse": "true" },
    });
    if (answer.redirected && new URL(answer.url).pathname !== new URL(source, location.href).pathname) return stop();
    if (answer.status === 401) return stop();
    if (answer.status === 204 || answer.status === 404) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = parse(await answer.text(), element.id);
    if (!fresh || !element.isConnected) return;
    if (element.dataset.pulseMode === "rows" && !all) followRows(element, fresh);
    else { morph(element, fresh); forgetNew(element.id); }
    const said = fresh.dataset?.announce;
    if (said) announce(said);
  } catch {
    announce(fill(words.stale, { time: clock() }));
  } finally {
    flying.delete(element);
    if (mine.again) refresh(element, mine.all);
  }
}

function followRows(list, fresh) {
  const now = new Map([...fresh.children].filter((row) => row.id).map((row) => [row.id, row]));
  const here = new Set();
  for (const row of [...list.children]) {
    if (!row.id) continue;
    here.add(row.id);
    const next = now.get(row.id);
    if (next) { revive(row); morph(row, next); } else leave(row);
  }
  // On a full page the rows behind the last known one only moved up from the next page.
  const order = [...now.keys()];
  const lastKnown = order.findLastIndex((id) => here.has(id));
  const countable = "full" in list.dataset && lastKnown >= 0 ? order.slice(0, lastKnown) : order;
  countNew(list.id, countable.filter((id) => !here.has(id)).length);
}

function leave(row) {
  if (row.classList.contains("is-gone")) return;
  row.classList.add("is-gone");
  const note = document.createElement("span");
  note.className = "gone-note";
  note.textContent = words.gone;
  (row.querySelector("[data-gone]") || row.querySelector(".is-title") || row.lastElementChild || row).append(note);
}

function revive(row) {
  row.classList.remove("is-gone");
  row.querySelector(".gone-note")?.remove();
}

function countNew(id, n) {
  for (const bar of document.querySelectorAll(`[data-new-count="${CSS.escape(id)}"]`)) {
    const text = n ? plural(words.new, n) : "";
    const place = bar.querySelector("[data-count]") || bar;
    bar.hidden = !n;
    if (place.textContent !== text) place.textContent = text;
  }
}

function forgetNew(id) {
  countNew(id, 0);
}

async function showNew(button) {
  const list = document.getElementById(button.dataset.showNew);
  if (!list) return;
  await refresh(list, true);
  (list.querySelector("[data-row-link]") || list).focus({ preventScroll: true });
}

export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-show-new]");
    if (button) showNew(button);
  });
  if (!body.dataset.pulseToken) return;
  show("live", words.live);
  document.addEventListener("visibilitychange", () => {
    hiddenSince = document.hidden ? Date.now() : null;
    if (document.hidden) plan();
    else poke();
  });
  addEventListener("online", poke);
  addEventListener("offline", offline);
  addEventListener("pageshow", (event) => { if (event.persisted) poke(); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig?.verb !== "get") poke();
  });
  plan();
}
