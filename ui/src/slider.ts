// A waveform as a slider for keys and screen readers. It knows nothing of audio.

import { clock } from "./format";

/** What the slider moves. */
export interface Position {
  /** Where it stands, in seconds. */
  at(): number;
  /** How far it goes, in seconds. */
  length(): number;
  /** Moves it, in seconds. */
  seek(seconds: number): void;
  /** Starts or stops. */
  toggle(): void;
}

/** The way a key moves the position, in seconds; `null` for keys that don't. */
export function keyed(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(length, at + 2);
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, at - 2);
    case "PageUp":
      return Math.min(length, at + 10);
    case "PageDown":
      return Math.max(0, at - 10);
    case "Home":
      return 0;
    case "End":
      return length;
    default:
      return null;
  }
}

/** Makes `element` a slider over `position`. */
export function makeSlider(element: Element, label: string, position: Position): void {
  element.removeAttribute("aria-hidden");
  element.setAttribute("role", "slider");
  element.setAttribute("tabindex", "0");
  element.setAttribute("aria-label", label);
  element.setAttribute("aria-valuemin", "0");
  showSlider(element, position);
  element.addEventListener("keydown", (event) => {
    const { key } = event as KeyboardEvent;
    const to = keyed(key, position.at(), position.length());
    if (to !== null) position.seek(to);
    else if (key === " " || key === "Enter") position.toggle();
    else return;
    event.preventDefault();
  });
}

/** Tells assistive tools where the slider stands, to the second. */
export function showSlider(element: Element, position: Position): void {
  const now = String(Math.floor(position.at()));
  if (element.getAttribute("aria-valuenow") === now) return;
  element.setAttribute("aria-valuemax", String(Math.floor(position.length())));
  element.setAttribute("aria-valuenow", now);
  element.setAttribute("aria-valuetext", `${clock(position.at())} of ${clock(position.length())}`);
}
