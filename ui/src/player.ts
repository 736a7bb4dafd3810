// The player: one audio element for the whole page, started at a track's hook.
//
// A track is any element with `data-track`; what is needed to play it stands in its data
// attributes. The bar at the foot follows whatever plays.

import { find, recall, remember, write } from "./dom";
import { clock } from "./format";
import { startMediaSession, tellMediaSession } from "./media";
import { makeSlider, showSlider, type Position } from "./slider";
import { pointed, Waveform } from "./waveform";

const VOLUME = "clearcue-volume";

/** What the rest of the page may ask of the player. */
export interface Player {
  /** Finds the playing track again after a part of the page was replaced. */
  refresh(): void;
}

/** Starts the player on this page. */
export function startPlayer(): Player {
  return new Deck();
}

class Deck implements Player, Position {
  readonly #audio = new Audio();
  readonly #bar = find<HTMLElement>("#player");
  readonly #strip = find<HTMLElement>("[data-strip]");
  readonly #toggle = find<HTMLButtonElement>("[data-toggle]");
  #track: HTMLElement | null = null;
  #waves: Waveform[] = [];
  /** The element the strip's pointer went down on, while it is held. */
  #dragging = false;

  constructor() {
    this.#audio.preload = "auto";
    for (const event of ["play", "pause", "ended"] as const) {
      this.#audio.addEventListener(event, () => this.#turned());
    }
    this.#audio.addEventListener("timeupdate", () => this.#moved());
    this.#audio.addEventListener("error", () => this.#failed());
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerover", (event) => this.#prime(event));
    this.#toggle?.addEventListener("click", () => this.toggle());
    this.#startStrip();
    this.#startVolume();
    startMediaSession(this, (step) => this.#step(step));
    this.refresh();
  }

  refresh(): void {
    for (const link of document.querySelectorAll<HTMLElement>("a[data-play]")) {
      link.setAttribute("role", "button");
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>("[data-seek]")) {
      button.disabled = false;
    }
    const hero = find<SVGSVGElement>("[data-track] .wave.hero");
    if (hero && !hero.hasAttribute("role")) makeSlider(hero, "Position in the track", this);
    const slug = this.#track?.dataset["track"];
    if (!slug) return;
    const found = find<HTMLElement>(`[data-track="${CSS.escape(slug)}"]`);
    if (found) this.#track = found;
    this.#draw();
    this.#turned();
  }

  at(): number {
    return this.#audio.currentTime;
  }

  length(): number {
    const known = Number((this.#track ?? this.#lone())?.dataset["duration"] ?? 0) / 1000;
    return Number.isFinite(this.#audio.duration) ? this.#audio.duration : known;
  }

  seek(seconds: number): void {
    const lone = this.#lone();
    if (!this.#track && lone) this.#load(lone, seconds);
    else this.#audio.currentTime = seconds;
    this.#moved();
  }

  toggle(): void {
    if (!this.#track) {
      const lone = this.#lone();
      if (lone) this.#play(lone);
    } else if (this.#audio.paused) {
      void this.#audio.play().catch(() => undefined);
    } else {
      this.#audio.pause();
    }
  }

  /** The only track of the page: the one that keys mean before anything has played. */
  #lone(): HTMLElement | null {
    const tracks = document.querySelectorAll<HTMLElement>("[data-track]");
    return tracks.length === 1 ? (tracks[0] ?? null) : null;
  }

  #clicked(event: MouseEvent): void {
    const at = event.target as Element;
    const track = at.closest<HTMLElement>("[data-track]");
    if (!track || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const seek = at.closest<HTMLElement>("[data-seek]");
    const wave = at.closest<SVGSVGElement>(".wave:not(.lane)");
    if (at.closest("[data-play]")) {
      event.preventDefault();
      if (this.#is(track)) this.toggle();
      else this.#play(track);
    } else if (seek) {
      this.#play(track, Number(seek.dataset["seek"]) / 1000);
    } else if (wave) {
      const length = Number(track.dataset["duration"]) / 1000;
      this.#play(track, pointed(wave, event) * length);
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== " ") return;
    const at = event.target as Element;
    const button = at.closest<HTMLElement>("a[data-play]");
    if (button) {
      // A link is followed by Enter alone; as a button it must answer to Space as well.
      event.preventDefault();
      button.click();
    } else if (this.#track && at === document.body) {
      event.preventDefault();
      this.toggle();
    }
  }

  /** Fetches the first seconds as soon as a pointer comes near, so that play is at once. */
  #prime(event: PointerEvent): void {
    if (this.#track) return;
    const track = (event.target as Element).closest?.("[data-play]")?.closest<HTMLElement>("[data-track]");
    if (!track) return;
    const src = source(track, hook(track));
    if (this.#audio.src !== src) this.#audio.src = src;
  }

  #play(track: HTMLElement, from?: number): void {
    if (!this.#is(track)) this.#load(track, from ?? hook(track));
    else if (from !== undefined) this.#audio.currentTime = from;
    this.#audio.play().catch(() => undefined);
  }

  #load(track: HTMLElement, from: number): void {
    this.#clear();
    this.#track = track;
    const src = source(track, from);
    if (this.#audio.src !== src) this.#audio.src = src;
    this.#draw();
    this.#label();
  }

  #is(track: HTMLElement): boolean {
    return this.#track !== null && this.#track.dataset["track"] === track.dataset["track"];
  }

  /** Puts progress on the track's own waveform and a copy of it into the bar. */
  #draw(): void {
    const own = this.#track && find<SVGSVGElement>(".wave:not(.lane)", this.#track);
    if (!own || !this.#strip) return;
    const copy = own.cloneNode(true) as SVGSVGElement;
    for (const name of ["role", "tabindex", "aria-label", "aria-valuetext"]) copy.removeAttribute(name);
    copy.setAttribute("class", "wave");
    copy.setAttribute("aria-hidden", "true");
    this.#strip.replaceChildren(copy);
    this.#waves = [new Waveform(own), new Waveform(copy)];
    this.#moved();
  }

  #clear(): void {
    for (const wave of this.#waves) wave.clear();
    this.#track?.classList.remove("current");
    if (this.#track) sweep(this.#track, 0, false);
  }

  #label(): void {
    const track = this.#track;
    if (!track || !this.#bar) return;
    this.#bar.hidden = false;
    const { title = "", artist = "", href = "/", license } = track.dataset;
    const link = find<HTMLAnchorElement>("[data-title]", this.#bar);
    write(link, title);
    if (link) link.href = href;
    write(find("[data-artist]", this.#bar), artist);
    const buy = find<HTMLAnchorElement>("[data-license]", this.#bar);
    if (buy) {
      buy.hidden = !license;
      if (license) buy.href = license;
    }
    tellMediaSession(title, artist);
  }

  #turned(): void {
    const playing = !this.#audio.paused && !this.#audio.ended;
    const title = this.#track?.dataset["title"] ?? "";
    this.#track?.classList.toggle("current", true);
    for (const button of this.#buttons()) {
      button.toggleAttribute("data-playing", playing);
      button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${title}`);
    }
    this.#moved();
    if (playing) requestAnimationFrame(() => this.#run());
  }

  /** Follows the sound frame by frame while it plays. */
  #run(): void {
    if (this.#audio.paused) return;
    this.#moved();
    requestAnimationFrame(() => this.#run());
  }

  #moved(): void {
    const length = this.length();
    const part = length > 0 ? Math.min(1, this.at() / length) : 0;
    for (const wave of this.#waves) {
      wave.show(part);
      if (wave.svg.hasAttribute("role")) showSlider(wave.svg, this);
    }
    for (const holder of [this.#track, this.#bar]) if (holder) sweep(holder, part, true);
    if (this.#strip) showSlider(this.#strip, this);
    write(find("[data-at]"), clock(this.at()));
    write(find("[data-of]"), ` / ${clock(length)}`);
  }

  #failed(): void {
    if (!this.#track) return;
    const words = "This preview can't be played just now.";
    write(find("[data-artist]", this.#bar ?? document), words);
    write(find("[data-said]", this.#bar ?? document), words);
  }

  #buttons(): Element[] {
    const own = this.#track && find("[data-play]", this.#track);
    return [own, this.#toggle].filter((button) => button !== null);
  }

  #startStrip(): void {
    const strip = this.#strip;
    if (!strip) return;
    makeSlider(strip, "Position", this);
    const move = (event: PointerEvent): void => {
      if (this.#dragging) this.seek(pointed(strip, event) * this.length());
    };
    strip.addEventListener("pointerdown", (event) => {
      this.#dragging = true;
      strip.setPointerCapture(event.pointerId);
      move(event);
    });
    strip.addEventListener("pointermove", move);
    for (const event of ["pointerup", "pointercancel"] as const) {
      strip.addEventListener(event, () => (this.#dragging = false));
    }
  }

  #startVolume(): void {
    const input = find<HTMLInputElement>("[data-volume]");
    if (!input) return;
    input.value = recall(VOLUME) ?? input.value;
    const apply = (): void => {
      this.#audio.volume = Math.min(1, Math.max(0, Number(input.value) / 100 || 0));
    };
    apply();
    input.addEventListener("input", () => {
      apply();
      remember(VOLUME, input.value);
    });
  }

  /** Plays the track before (−1) or behind (+1) the current one on the page. */
  #step(step: number): void {
    const tracks = [...document.querySelectorAll<HTMLElement>("[data-track]")];
    const here = tracks.findIndex((track) => this.#is(track));
    const next = tracks[here + step];
    if (here >= 0 && next) this.#play(next);
  }
}

/** Where the preview is heard, from `seconds` on: a media fragment, so that the browser
 * asks for the right bytes first. */
function source(track: HTMLElement, seconds: number): string {
  const url = new URL(track.dataset["src"] ?? "", location.href);
  url.hash = seconds > 0 ? `t=${seconds.toFixed(3)}` : "";
  return url.href;
}

function hook(track: HTMLElement): number {
  return Number(track.dataset["hook"] ?? 0) / 1000;
}

/** Turns the leader's sweep on a play button to `part` of the circle. */
function sweep(holder: HTMLElement, part: number, current: boolean): void {
  const button = find(".play", holder);
  button?.querySelector(".sweep")?.setAttribute("stroke-dasharray", `${(part * 100).toFixed(2)} 100`);
  if (!current) {
    button?.removeAttribute("data-playing");
    button?.setAttribute("aria-label", `Play ${holder.dataset["title"] ?? ""}`);
  }
}
