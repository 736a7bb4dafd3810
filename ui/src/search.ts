// Search as you type: fetches the very page that the form would lead to and takes over its
// results, so that there is one way to render them and every state has an address.

import { find, write } from "./dom";

const PAUSE_MS = 180;

/** Starts on a page that has the search form; `replaced` is called after each new result. */
export function startSearch(replaced: () => void): void {
  const form = find<HTMLFormElement>("[data-search]");
  const results = find<HTMLElement>("[data-results]");
  if (form && results) new Search(form, results, replaced);
}

class Search {
  #timer = 0;
  #asked: AbortController | null = null;
  /** The address whose results are shown: a change of the hash alone asks for nothing. */
  #shown = plain(location.href);

  constructor(
    readonly form: HTMLFormElement,
    readonly results: HTMLElement,
    readonly replaced: () => void,
  ) {
    form.addEventListener("input", () => this.#soon());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#now(address(form), "replace");
    });
    results.addEventListener("click", (event) => this.#clicked(event));
    addEventListener("popstate", () => this.#back());
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#now(address(this.form), "replace"), PAUSE_MS);
  }

  #clicked(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-narrow], a[data-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ("more" in link.dataset) void this.#more(link);
    else this.#now(link.href, "push");
  }

  #back(): void {
    if (plain(location.href) === this.#shown) return;
    const q = find<HTMLInputElement>("#q");
    if (q) q.value = new URL(location.href).searchParams.get("q") ?? "";
    this.#now(location.href, "keep");
  }

  #now(href: string, history_: "replace" | "push" | "keep"): void {
    clearTimeout(this.#timer);
    void this.#show(href, history_);
  }

  async #show(href: string, history_: "replace" | "push" | "keep"): Promise<void> {
    const page = await this.#fetch(href);
    const fresh = page && find<HTMLElement>("[data-results]", page);
    if (!fresh) return;
    this.#shown = plain(href);
    if (history_ === "replace") history.replaceState(null, "", href);
    if (history_ === "push") history.pushState(null, "", href);
    // A filter panel that is open on a phone must stay so while its links are used.
    const open = find("#facets:popover-open") !== null;
    this.results.replaceChildren(...fresh.childNodes);
    if (open) find<HTMLElement>("#facets")?.showPopover();
    const count = find<HTMLElement>("[data-count]", this.results);
    write(find("[data-said-count]"), count?.textContent ?? "");
    if (history_ === "push" && !open) count?.focus({ preventScroll: true });
    this.replaced();
  }

  /** Adds the next page of results below the ones that are shown. */
  async #more(link: HTMLAnchorElement): Promise<void> {
    const page = await this.#fetch(link.href);
    const list = find("[data-cues]", this.results);
    const more = page && find("[data-cues]", page);
    if (!page || !list || !more) return;
    const first = more.firstElementChild;
    list.append(...more.childNodes);
    const next = find("[data-more]", page);
    if (next) link.replaceWith(next);
    else link.parentElement?.remove();
    find<HTMLElement>("h3 a", first ?? document)?.focus({ preventScroll: true });
    this.replaced();
  }

  /** Fetches a page of this store; `null` when a newer question overtook this one. */
  async #fetch(href: string): Promise<Document | null> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(href, { headers: { accept: "text/html" }, signal: asked.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.results.removeAttribute("aria-busy");
      return page;
    } catch {
      if (asked.signal.aborted) return null;
      // What fetching can't do, the browser's own way may: it also shows the server's reason.
      location.href = href;
      return null;
    }
  }
}

/** An address without its hash. */
function plain(href: string): string {
  return href.split("#", 1)[0] ?? href;
}

/** The address the form would lead to, without its empty fields. */
function address(form: HTMLFormElement): string {
  const url = new URL(form.action, location.href);
  url.search = "";
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() !== "") url.searchParams.append(name, value.trim());
  }
  return url.href;
}
