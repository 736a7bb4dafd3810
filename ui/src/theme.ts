// The theme toggle: without script it is a form; here it changes the page at once.

import { find } from "./dom";

const A_YEAR = 31_536_000;

/** Starts the toggle. The cookie is the one that the server reads. */
export function startTheme(): void {
  const root = document.documentElement;
  find<HTMLButtonElement>("[data-theme-toggle]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const next = isDark(root) ? "light" : "dark";
    root.dataset["theme"] = next;
    document.cookie = `clearcue_theme=${next}; path=/; max-age=${A_YEAR}; samesite=lax`;
  });
}

function isDark(root: HTMLElement): boolean {
  const chosen = root.dataset["theme"];
  if (chosen === "dark" || chosen === "light") return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
