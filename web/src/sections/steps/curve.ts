// A drawn curve: heights at equally spaced places, as text for the link and as a formula for Steeple.

/** Places of a drawn curve, and its height: from −1 to 1. */
export const PLACES = 13;
export const START = "0,20,45,70,80,70,45,15,-15,-40,-55,-40,-20";

/** The heights in hundredths; what is not readable is 0. */
export function heights(text: string): number[] {
  const parts = text.split(",");
  return Array.from({ length: PLACES }, (_, i) => {
    const value = Number(parts[i]);
    return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), -100), 100) : 0;
  });
}

/** The text of heights in hundredths. */
export function write(hundredths: number[]): string {
  return hundredths.map((value) => String(Math.round(value))).join(",");
}

/** The curve through even samples of another one, from end to end; what is beyond the board is cut off. */
export function sampled(values: (number | null)[]): string {
  const at = (i: number) => values[Math.round((i * (values.length - 1)) / (PLACES - 1))] ?? 0;
  return write(heights(write(Array.from({ length: PLACES }, (_, i) => at(i) * 100))));
}

/** A number of a simple form: `2`, `-0.5`, `1/3`. */
function simple(text: string): [bigint, bigint] | undefined {
  const found = /^\s*([+-]?\d{1,12})(?:\.(\d{1,12})|\/(\d{1,12}))?\s*$/.exec(text);
  if (!found) return undefined;
  const [, whole = "0", decimals, under] = found;
  if (under !== undefined) return BigInt(under) === 0n ? undefined : [BigInt(whole), BigInt(under)];
  if (decimals === undefined) return [BigInt(whole), 1n];
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)];
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));

/** The place in units of the distance between two places, which is 0 at the low end, as a formula. */
function place(low: string, high: string): string {
  const [a, b] = [simple(low), simple(high)];
  const count = BigInt(PLACES - 1);
  if (!a || !b) return `${count}*(x - (${low}))/((${high}) - (${low}))`;
  // count (x - a/p) / (b/q - a/p) = (count q (p x - a)) / (b p - a q).
  const [over, under] = [count * b[1], b[0] * a[1] - a[0] * b[1]];
  if (under === 0n) return "x";
  const common = gcd(over, under) || 1n;
  const [top, bottom] = [over / common, under / common];
  const inner = a[0] === 0n ? (a[1] === 1n ? "x" : `${a[1]}*x`)
    : `(${a[1] === 1n ? "x" : `${a[1]}*x`} ${a[0] < 0n ? "+" : "-"} ${a[0] < 0n ? -a[0] : a[0]})`;
  const factor = a[0] === 0n ? [top * a[1], bottom] as const : [top, bottom] as const;
  const shown = a[0] === 0n ? "x" : inner;
  return factor[1] === 1n ? (factor[0] === 1n ? shown : `${factor[0]}*${shown}`) : `${factor[0]}*${shown}/${factor[1]}`;
}

/** Hundredths as a decimal. */
function decimal(hundredths: number): string {
  return String(Number((hundredths / 100).toFixed(2)));
}

/** The curve as a formula: a line, and a change of its slope at each place between the ends. */
export function formula(text: string, low: string, high: string): string {
  const values = heights(text);
  const at = place(low, high);
  let written = values[0] === 0 ? "" : decimal(values[0]!);
  let slope = 0;
  for (let i = 0; i + 1 < PLACES; i += 1) {
    const next = values[i + 1]! - values[i]!;
    const change = next - slope;
    slope = next;
    if (change === 0) continue;
    const term = i === 0 ? `(${at})` : `max(0, ${at} - ${i})`;
    const sign = change < 0 ? "-" : "+";
    written += written ? ` ${sign} ` : change < 0 ? "-" : "";
    written += `${decimal(Math.abs(change))}*${term}`;
  }
  return written || "0";
}

/** Heights after a finger went from one point to another, in places and hundredths: those between are on the line. */
export function drawn(before: number[], from: [number, number], to: [number, number]): number[] {
  const [[a, p], [b, q]] = from[0] <= to[0] ? [from, to] : [to, from];
  return before.map((value, i) => {
    const isNear = Math.round(to[0]) === i;
    if (b > a && i >= a && i <= b) return Math.round(p + ((q - p) * (i - a)) / (b - a));
    return isNear ? Math.round(to[1]) : value;
  }).map((value) => Math.min(Math.max(value, -100), 100));
}
