// Messages at the bottom left, one at a time. The server sends one by HX-Trigger:
//   {"toast": {"text": "26-01837 saved", "undo": "/path/", "href": "/path/", "link": "Open"}}

import { announce, words } from "./say.js";

const REST = 8000;
const WITH_UNDO = 20000;
let region = null;

/** Show a message; `undo` is a path that takes the action back by POST; `urgent` interrupts readers. */
export function toast({ text, undo, href, link, onLink, urgent }) {
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  const box = template.content.firstElementChild.cloneNode(true);
  box.querySelector(".toast__text").textContent = text;
  const back = box.querySelector("[data-undo]");
  if (undo) back.dataset.undo = undo;
  else back.remove();
  const anchor = box.querySelector("a");
  if (href || onLink) {
    anchor.href = href || "#";
    anchor.textContent = link || words.open;
    if (onLink) anchor.addEventListener("click", (event) => { event.preventDefault(); onLink(); });
  } else anchor.remove();
  if (urgent) {
    box.setAttribute("aria-live", "off");
    announce(text, true);
  }
  region.append(box);
}

function arm(box) {
  for (const other of region.children) if (other !== box) other.remove();
  const life = box.querySelector("[data-undo]") ? WITH_UNDO : REST;
  let timer = 0;
  const wait = () => { timer = setTimeout(() => box.remove(), life); };
  const hold = () => clearTimeout(timer);
  const release = () => { hold(); if (!box.matches(":hover, :focus-within")) wait(); };
  box.addEventListener("pointerenter", hold);
  box.addEventListener("focusin", hold);
  box.addEventListener("pointerleave", release);
  box.addEventListener("focusout", () => setTimeout(release));
  wait();
}

/** Press "Undo" in the message that is shown; false when there is none. */
export function undoLast() {
  const button = region?.querySelector("[data-undo]");
  button?.click();
  return Boolean(button);
}

export function start() {
  region = document.getElementById("toasts");
  if (!region) return;
  for (const box of region.querySelectorAll("[data-toast]")) arm(box);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) arm(node);
  }).observe(region, { childList: true });
  region.addEventListener("click", (event) => {
    const back = event.target.closest("[data-undo]");
    if (back) window.htmx?.ajax("POST", back.dataset.undo, { source: document.body, target: "body", swap: "none" });
    if (back || event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
  });
  document.addEventListener("toast", (event) => toast(event.detail.value ? { text: event.detail.value } : event.detail));
}
