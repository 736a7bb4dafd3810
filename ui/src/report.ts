// What a live report knows of uses: reading events, and sums. It touches no page.

/** One use, as the event stream tells it. */
export interface Use {
  id: string;
  at: string;
  track: string;
  placement: string;
  territory: string;
  clipMs: number;
  billedMs: number;
  earned: bigint;
  balance: bigint;
}

/** Reads an event's JSON; what isn't a use is `null`. */
export function readUse(json: string): Use | null {
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return null;
  }
  const earned = whole(raw["earned_micros"]);
  const balance = whole(raw["balance_micros"]);
  if (typeof raw["id"] !== "string" || earned === null || balance === null) return null;
  return {
    id: raw["id"],
    at: text(raw["at"]),
    track: text(raw["track_title"]),
    placement: text(raw["placement_words"]) || text(raw["placement"]),
    territory: text(raw["territory"]),
    clipMs: Number(raw["clip_ms"] ?? 0),
    billedMs: Number(raw["billed_ms"] ?? 0),
    earned,
    balance,
  };
}

/** The heights of a chart's bars, the highest `full`; any use at all stands at least 1 high. */
export function barHeights(counts: readonly number[], full: number): number[] {
  const most = Math.max(0, ...counts);
  return counts.map((count) =>
    count > 0 ? Math.max(1, Math.floor((count * full) / most)) : 0,
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Micro-units come as an integer, or as a string where they might outgrow one. */
function whole(value: unknown): bigint | null {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
  return null;
}
