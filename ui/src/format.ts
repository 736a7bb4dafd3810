// Figures as words: pure functions, with the same results as the server's.

/** A position in seconds as `m:ss`, rounded down. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** An amount to the micro-unit in three parts; see `Figure` among the view models. */
export interface Figure {
  whole: string;
  minor: string;
  micro: string;
}

/**
 * Splits micro-units (10⁻⁶ of the currency's unit). `minorDigits` is 2 for USD, 0 for JPY.
 * Works on integers throughout: a balance must never pass through a float.
 */
export function figure(micros: bigint, symbol: string, minorDigits: number): Figure {
  const sign = micros < 0n ? "−" : "";
  const size = micros < 0n ? -micros : micros;
  const units = String(size / 1_000_000n).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = String(size % 1_000_000n).padStart(6, "0");
  return {
    whole: `${sign}${symbol}${units}.`,
    minor: fraction.slice(0, minorDigits),
    micro: fraction.slice(minorDigits),
  };
}

/** An amount to the micro-unit in one string. */
export function money(micros: bigint, symbol: string): string {
  const parts = figure(micros, symbol, 0);
  return parts.whole + parts.micro;
}

/** A clip's length used and billed, `12.4 s → 13 s`. */
export function clip(clipMs: number, billedMs: number): string {
  return `${(clipMs / 1000).toFixed(1)} s → ${Math.round(billedMs / 1000)} s`;
}

/** Where a pointer at `x` stands within `[left, left + width]`, from 0 to 1. */
export function fraction(x: number, left: number, width: number): number {
  return width > 0 ? Math.min(1, Math.max(0, (x - left) / width)) : 0;
}
