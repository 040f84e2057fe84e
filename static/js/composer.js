// Reply or note: [data-composes="<form id>"] shows one form of its .composer and puts the cursor into it.
// Which one is open is told by aria-expanded alone; the style sheet hides the other.

export function start() {
  document.addEventListener("click", (event) => {
    const tab = event.target instanceof Element && event.target.closest("[data-composes]");
    if (!tab) return;
    for (const other of tab.closest(".composer").querySelectorAll("[data-composes]")) {
      other.setAttribute("aria-expanded", String(other === tab));
    }
    document.getElementById(tab.dataset.composes)?.querySelector("textarea")?.focus();
  });
}
