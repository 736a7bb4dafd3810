// The composer's live report: uses drawn as the event stream tells them.

import { find, write } from "./dom";
import { clip, figure, money } from "./format";
import { barHeights, readUse, type Use } from "./report";

/** How many uses the list keeps; a reload shows what the server keeps. */
const ROWS = 50;
/** How often arrivals are drawn: often enough to feel live, seldom enough for a flood. */
const DRAW_MS = 100;
const CHART = 64;

/** Starts on a page that names an event stream. */
export function startLive(): void {
  const root = find<HTMLElement>("#live");
  const url = root?.dataset["stream"];
  if (root && url && "EventSource" in window) new Live(root, url);
}

class Live {
  readonly #symbol: string;
  readonly #minor: number;
  readonly #seen = new Set<string>();
  #waiting: Use[] = [];

  constructor(
    readonly root: HTMLElement,
    url: string,
  ) {
    this.#symbol = root.dataset["symbol"] ?? "";
    this.#minor = Number(root.dataset["minor"] ?? 2);
    for (const row of root.querySelectorAll<HTMLElement>("[data-id]")) {
      this.#seen.add(row.dataset["id"] ?? "");
    }
    const stream = new EventSource(url);
    const take = (event: MessageEvent<string>): void => this.#take(event.data);
    stream.addEventListener("message", take);
    stream.addEventListener("use", take);
    // Too much was missed to be told: the page as it is now begins anew.
    stream.addEventListener("reset", () => location.reload());
    stream.addEventListener("open", () => this.#lamp(true));
    stream.addEventListener("error", () => this.#lamp(false));
  }

  #lamp(on: boolean): void {
    find("[data-lamp]", this.root)?.classList.toggle("on", on);
    write(find("[data-state]", this.root), on ? "Live." : "Connection lost, trying again.");
    const reload = find<HTMLElement>("[data-reload]", this.root);
    if (reload) reload.hidden = on;
  }

  #take(json: string): void {
    const use = readUse(json);
    if (!use || this.#seen.has(use.id)) return;
    this.#seen.add(use.id);
    this.#waiting.push(use);
    if (this.#waiting.length === 1) setTimeout(() => this.#draw(), DRAW_MS);
  }

  #draw(): void {
    const uses = this.#waiting;
    this.#waiting = [];
    const last = uses.at(-1);
    if (!last) return;
    this.#balance(last.balance);
    this.#count(uses);
    this.#hours(uses);
    for (const use of uses) this.#track(use);
    this.#list(uses.slice(-ROWS));
    const words = uses.length === 1 ? `One use of ${last.track}` : `${uses.length} uses`;
    write(find("[data-said]", this.root), `${words}, ${money(last.balance, this.#symbol)} in all`);
  }

  #balance(micros: bigint): void {
    const parts = figure(micros, this.#symbol, this.#minor);
    write(find("[data-whole]", this.root), parts.whole);
    write(find("[data-minor-part]", this.root), parts.minor);
    write(find("[data-micro]", this.root), parts.micro);
  }

  #count(uses: Use[]): void {
    const today = new Date().toISOString().slice(0, 10);
    add(find("[data-today]", this.root), uses.filter((use) => use.at.startsWith(today)).length);
    add(find("[data-total]", this.root), uses.length);
    add(find("[data-seconds]", this.root), seconds(uses));
  }

  #hours(uses: Use[]): void {
    const bars = [...this.root.querySelectorAll<SVGRectElement>("[data-hour]")];
    const today = new Date().toISOString().slice(0, 10);
    const counts = bars.map((bar) => {
      const from = `${today}T${(bar.dataset["hour"] ?? "").padStart(2, "0")}:`;
      const more = uses.filter((use) => use.at.startsWith(from)).length;
      const count = Number(bar.dataset["count"]) + more;
      bar.dataset["count"] = String(count);
      write(bar.querySelector("title"), `${bar.dataset["hour"]}:00, ${count} uses`);
      return count;
    });
    barHeights(counts, CHART).forEach((height, i) => {
      bars[i]?.setAttribute("y", String(CHART - height));
      bars[i]?.setAttribute("height", String(height));
    });
  }

  /** Adds a use to its track's row; a track without a row gets one on the next reload. */
  #track(use: Use): void {
    const row = find<HTMLElement>(`[data-row="${CSS.escape(use.track)}"]`, this.root);
    if (!row) return;
    add(find("[data-row-uses]", row), 1);
    add(find("[data-row-seconds]", row), seconds([use]));
    const earned = BigInt(row.dataset["earned"] ?? "0") + use.earned;
    row.dataset["earned"] = String(earned);
    write(find("[data-row-earned]", row), money(earned, this.#symbol));
  }

  #list(uses: Use[]): void {
    const body = find("[data-uses]", this.root);
    if (!body) return;
    for (const use of uses) body.prepend(this.#row(use));
    while (body.children.length > ROWS) body.lastElementChild?.remove();
    const none = find<HTMLElement>("[data-none]", this.root);
    if (none) none.hidden = true;
  }

  #row(use: Use): HTMLTableRowElement {
    const row = document.createElement("tr");
    const time = document.createElement("time");
    time.dateTime = use.at;
    time.textContent = use.at.slice(11, 19);
    const territory = document.createElement("span");
    territory.className = "hint";
    territory.textContent = use.territory;
    row.insertCell().append(time);
    row.insertCell().textContent = use.track;
    row.insertCell().append(`${use.placement} `, territory);
    row.insertCell().textContent = clip(use.clipMs, use.billedMs);
    const earned = row.insertCell();
    earned.className = "num";
    earned.textContent = `+${money(use.earned, this.#symbol)}`;
    row.className = "fresh";
    setTimeout(() => row.classList.remove("fresh"), 1500);
    return row;
  }
}

function seconds(uses: Use[]): number {
  return uses.reduce((sum, use) => sum + Math.round(use.billedMs / 1000), 0);
}

function add(element: Element | null, more: number): void {
  if (element && more) element.textContent = String(Number(element.textContent) + more);
}
