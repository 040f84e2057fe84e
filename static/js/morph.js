// Turns one piece of page into another and keeps what belongs to the reader: focus, selection,
// typed text, open details, scroll, ticked boxes. Children are matched by id, then data-id, then kind.

const ATTRIBUTES_OF_THE_READER = new Set(["open", "aria-expanded", "aria-pressed", "data-dirty", "tabindex"]);
const CLASSES_OF_THE_READER = ["is-selected", "is-changed", "is-gone", "has-js"];

/** Change `from` into `to` in place and return the element that stands there now. */
export function morph(from, to) {
  const focus = from.contains(document.activeElement) ? document.activeElement : null;
  if (from.nodeName !== to.nodeName || from.hasAttribute("data-replace")) {
    const fresh = document.importNode(to, true);
    from.replaceWith(fresh);
    settle(fresh);
    return fresh;
  }
  morphElement(from, to);
  if (focus && focus.isConnected && document.activeElement !== focus) focus.focus({ preventScroll: true });
  settle(from);
  return from;
}

function settle(element) {
  if (window.htmx) window.htmx.process(element);
  element.dispatchEvent(new CustomEvent("page:changed", { bubbles: true }));
}

function morphElement(from, to) {
  if (from.hasAttribute("data-keep")) return;
  if (from.isEqualNode(to)) return;
  const marked = from.hasAttribute("data-mark") && from.textContent.trim() !== to.textContent.trim();
  morphAttributes(from, to);
  if (from instanceof HTMLTextAreaElement) morphText(from, to);
  else morphChildren(from, to);
  if (from instanceof HTMLInputElement) morphInput(from, to);
  if (marked) highlight(from);
}

function morphAttributes(from, to) {
  const kept = CLASSES_OF_THE_READER.filter((name) => from.classList.contains(name));
  const isField = from instanceof HTMLInputElement;
  for (const { name, value } of to.attributes) {
    if (ATTRIBUTES_OF_THE_READER.has(name) && from.hasAttribute(name)) continue;
    if (isField && (name === "value" || name === "checked")) continue;
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  for (const { name } of [...from.attributes]) {
    if (to.hasAttribute(name) || ATTRIBUTES_OF_THE_READER.has(name)) continue;
    if (isField && (name === "value" || name === "checked")) continue;
    from.removeAttribute(name);
  }
  from.classList.add(...kept);
  if (!from.classList.length) from.removeAttribute("class");
}

/** A field somebody touched keeps its value; its default follows the server. */
function morphInput(from, to) {
  const touched = from === document.activeElement;
  if (from.type === "checkbox" || from.type === "radio") {
    const dirty = from.checked !== from.defaultChecked;
    const checked = from.checked;
    from.defaultChecked = to.hasAttribute("checked");
    if (dirty || touched) from.checked = checked;
    else from.checked = from.defaultChecked;
    return;
  }
  if (from.type === "file") return;
  const dirty = from.value !== from.defaultValue;
  const value = from.value;
  from.defaultValue = to.getAttribute("value") ?? "";
  if (dirty || touched) { if (from.value !== value) from.value = value; }
  else from.value = from.defaultValue;
}

function morphText(from, to) {
  const dirty = from.value !== from.defaultValue || from === document.activeElement;
  const value = from.value;
  if (from.defaultValue === to.defaultValue) return;
  from.defaultValue = to.defaultValue;
  if (dirty) { if (from.value !== value) from.value = value; }
  else from.value = from.defaultValue;
}

const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.id || null : null);

function morphChildren(from, to) {
  const dirtySelect = from instanceof HTMLSelectElement &&
    (from === document.activeElement || [...from.options].some((o) => o.selected !== o.defaultSelected));
  const chosen = dirtySelect ? from.value : null;

  const keyed = new Map();
  for (const child of from.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  const wanted = new Set([...to.children].map(keyOf).filter(Boolean));

  let place = from.firstChild;
  for (const next of [...to.childNodes]) {
    const match = findMatch(place, next, keyed, wanted);
    if (!match) {
      from.insertBefore(document.importNode(next, true), place);
      continue;
    }
    if (match !== place) moveBefore(from, match, place);
    else place = place.nextSibling;
    if (next.nodeType === 1) morphElement(match, next);
    else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
  }
  while (place) {
    const after = place.nextSibling;
    if (!(place.nodeType === 1 && place.hasAttribute("data-keep"))) place.remove();
    place = after;
  }
  if (dirtySelect) from.value = chosen;
}

/** Moving a node makes it lose focus: browsers that can move it alive do. */
function moveBefore(parent, node, place) {
  if (parent.moveBefore && node.nodeType === 1) parent.moveBefore(node, place);
  else parent.insertBefore(node, place);
}

function findMatch(place, next, keyed, wanted) {
  const key = keyOf(next);
  if (key) {
    const found = keyed.get(key);
    return found && found.nodeName === next.nodeName ? found : null;
  }
  for (let node = place; node; node = node.nextSibling) {
    if (node.nodeType !== next.nodeType || node.nodeName !== next.nodeName) continue;
    if (keyOf(node)) continue;
    return node;
  }
  return null;
}

/** Let a value that changed glow for two seconds. */
export function highlight(element) {
  element.classList.remove("is-changed");
  void element.offsetWidth;
  element.classList.add("is-changed");
  setTimeout(() => element.classList.remove("is-changed"), 2100);
}

/** hx-swap="morph": for anything that can contain focus. */
export function registerSwap(htmx) {
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap(style, target, fragment, settling) {
      if (style !== "morph") return false;
      const to = (target.id && fragment.querySelector(`#${CSS.escape(target.id)}`)) || fragment.firstElementChild;
      if (!to) return [];
      const now = morph(target, to);
      // htmx tells only these that they have settled; focus.js listens for it.
      settling.elts.push(now);
      return [now];
    },
  });
}
