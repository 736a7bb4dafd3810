// Typed ways into the page. They know nothing of what is on it.

/** The first element that matches, as its type. */
export function find<T extends Element>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

/** Writes text where it differs, so that nothing is announced or painted twice. */
export function write(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Reads from the visitor's storage; a browser that refuses it has simply remembered nothing. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Writes to the visitor's storage where that is allowed. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse: the setting then lasts as long as the page.
  }
}
