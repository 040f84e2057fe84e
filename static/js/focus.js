// After a swap the focus goes to the summary of errors, else the first field with an error, else [data-focus];
// else it stays, and where its element is gone it goes to the one with the same id, or to the swapped block.

let lastId = "";

export function focusIn(root) {
  const wanted =
    find(root, "[data-error-summary]") || find(root, "[aria-invalid=true]") || find(root, "[data-focus]");
  if (!wanted || wanted === document.activeElement) return Boolean(wanted);
  wanted.focus();
  return true;
}

const find = (root, selector) => (root.matches?.(selector) ? root : root.querySelector?.(selector));

export function start() {
  document.querySelector("main [data-error-summary]")?.focus();
  document.addEventListener("htmx:beforeSwap", () => { lastId = document.activeElement?.id || ""; });
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.detail.elt;
    if (!root?.isConnected) return;
    const quiet = event.detail.requestConfig?.headers?.["HX-Pulse"];
    if (quiet || focusIn(root) || document.activeElement !== document.body) return;
    const same = lastId && document.getElementById(lastId);
    if (same) same.focus({ preventScroll: true });
    else if (root !== document.body) {
      if (!root.hasAttribute("tabindex")) root.setAttribute("tabindex", "-1");
      root.focus({ preventScroll: true });
    }
  });
}
