// A field that searches while one types (ARIA APG, combobox with list autocomplete, manual selection).
// [data-combobox data-url data-next]: GET url?q=… answers with <li role="option" id data-value data-text>.

import { announce, parse, plural, words } from "./say.js";

const FROM = 2;
const PAUSE = 120;

class Combobox {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("[role=combobox]");
    this.list = box.querySelector("[role=listbox]");
    this.value = box.querySelector("[data-value]");
    this.active = null;
    this.asked = null;
    this.enterWaits = false;
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => { this.enterWaits = false; this.close(); });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]:not([aria-disabled=true])")];
  }

  onInput() {
    if (this.value.value) this.store("");
    clearTimeout(this.timer);
    this.enterWaits = false;
    const text = this.input.value.trim();
    if (text.length < FROM) {
      this.asked?.abort();
      delete this.box.dataset.busy;
      this.close();
      return;
    }
    this.box.dataset.busy = "";
    this.timer = setTimeout(() => this.ask(text), PAUSE);
  }

  async ask(text) {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const url = new URL(this.box.dataset.url, location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true", "HX-Target": this.list.id } });
      if (!answer.ok) throw new Error(answer.status);
      this.fill(await answer.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.close();
      announce(words.failed);
    }
    if (this.asked === asked) delete this.box.dataset.busy;
  }

  fill(html) {
    if (document.activeElement !== this.input) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    this.list.replaceChildren(template.content);
    const found = this.options.filter((option) => !("action" in option.dataset));
    if (!found.length) {
      const empty = parse(`<li class="combobox__empty" role="option" aria-disabled="true" aria-selected="false"></li>`);
      empty.textContent = this.list.dataset.empty;
      this.list.prepend(empty);
    }
    this.open();
    this.activate(this.options[0] || null);
    announce(found.length ? plural(words.results, found.length) : this.list.dataset.empty);
    if (this.enterWaits && this.active) this.choose(this.active);
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(null);
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (event.isComposing) return;
    const shown = !this.list.hidden;
    const options = this.options;
    const at = options.indexOf(this.active);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) { if (options.length) { this.open(); this.activate(options[0]); } return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.activate(options[(at + step + options.length) % options.length] || null);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      if (shown && this.active) { event.preventDefault(); this.choose(this.active); }
      // The answer is still on its way: take its first line when it comes.
      else if ("busy" in this.box.dataset) { event.preventDefault(); this.enterWaits = true; }
      // Enter goes on; it never sends the form from here.
      else if (this.box.dataset.next) { event.preventDefault(); this.goOn(); }
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  choose(option) {
    this.enterWaits = false;
    this.input.value = option.dataset.text;
    this.close();
    this.store(option.dataset.value);
    this.box.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: { ...option.dataset } }));
    this.goOn();
  }

  goOn() {
    const next = this.box.dataset.next && (this.box.closest("form, dialog") || document).querySelector(this.box.dataset.next);
    next?.focus();
  }

  store(value) {
    this.value.value = value;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const known = new WeakSet();

function adopt() {
  for (const box of document.querySelectorAll("[data-combobox]")) {
    if (known.has(box)) continue;
    known.add(box);
    new Combobox(box);
  }
}

export function start() {
  adopt();
  for (const name of ["htmx:afterSettle", "page:changed"]) document.addEventListener(name, adopt);
}
