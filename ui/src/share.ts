// Parts of a split as people type and read them. The server reads and words them the same way.

/** The whole, in parts per million. */
export const WHOLE = 1_000_000;

/** A part as it is typed (`33.3333`, `12,5 %`, `333333 ppm`) in parts per million. */
export function parts(text: string): number | null {
  const plain = text.trim();
  const ppm = /^(\d{1,7})\s*ppm$/.exec(plain);
  if (ppm) return within(Number(ppm[1]));
  const percent = /^(\d{1,3})(?:[.,](\d{1,4}))?\s*%?$/.exec(plain);
  if (!percent) return null;
  return within(Number(percent[1]) * 10_000 + Number((percent[2] ?? "").padEnd(4, "0")));
}

function within(ppm: number): number | null {
  return ppm <= WHOLE ? ppm : null;
}

/** Parts per million in per cent, without needless zeros. */
export function percent(ppm: number): string {
  const text = `${Math.floor(ppm / 10_000)}.${String(ppm % 10_000).padStart(4, "0")}`;
  return text.replace(/\.?0+$/, "");
}

/** What parts come to, worded as the server words it. */
export function together(sum: number): string {
  if (sum === WHOLE) return "Together 100 %: it adds up.";
  const rest = percent(Math.abs(WHOLE - sum));
  return `Together ${percent(sum)} %: ${rest} % ${sum < WHOLE ? "is missing" : "too much"}.`;
}
