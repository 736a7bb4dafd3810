// Progress on a waveform that the server has drawn: the same path once more in the ink of
// what has been played, clipped at the play head. It knows nothing of audio.

import { fraction } from "./format";

const SVG = "http://www.w3.org/2000/svg";
let drawn = 0;

/** A waveform whose played part can be shown. */
export class Waveform {
  readonly #clip: SVGRectElement;
  readonly #head: SVGPathElement;
  readonly #width: number;
  readonly #height: number;

  /** Adds what progress needs to `svg`; an element that has it already is taken over. */
  constructor(readonly svg: SVGSVGElement) {
    this.#width = svg.viewBox.baseVal.width;
    this.#height = svg.viewBox.baseVal.height;
    svg.querySelectorAll("clipPath, .played, .head").forEach((old) => old.remove());
    const bars = svg.querySelector(".bars");
    const id = `played-${++drawn}`;
    const clip = document.createElementNS(SVG, "clipPath");
    clip.id = id;
    this.#clip = document.createElementNS(SVG, "rect");
    this.#clip.setAttribute("height", String(this.#height));
    clip.append(this.#clip);
    const played = document.createElementNS(SVG, "path");
    played.setAttribute("class", "played");
    played.setAttribute("d", bars?.getAttribute("d") ?? "");
    played.setAttribute("clip-path", `url(#${id})`);
    this.#head = document.createElementNS(SVG, "path");
    this.#head.setAttribute("class", "head");
    svg.append(clip, played, this.#head);
    this.show(0);
  }

  /** Shows `part` (0 to 1) as played; 0 takes the play head away. */
  show(part: number): void {
    const x = (part * this.#width).toFixed(1);
    this.#clip.setAttribute("width", x);
    this.#head.setAttribute("d", part > 0 ? `M${x} 0V${this.#height}` : "");
  }

  /** Takes progress off again. */
  clear(): void {
    this.show(0);
  }
}

/** Where on `element` a pointer is, from 0 (left) to 1 (right). */
export function pointed(element: Element, event: MouseEvent): number {
  const box = element.getBoundingClientRect();
  return fraction(event.clientX, box.left, box.width);
}
