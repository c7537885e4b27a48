// Texts of a report as a reader of mathematics writes them.

import { quoted } from "./controls.tsx";

const RAISED: Record<string, string> = {
  "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹", "-": "⁻",
};

/** A text with its formulas in mathematical signs: `3*x^2 <= -1` becomes 3x² ≤ −1. */
export function signs(text: string): string {
  return text
    .replaceAll("<=", "≤")
    .replaceAll(">=", "≥")
    .replace(/\^(-?\d+)/g, (_, power: string) => [...power].map((sign) => RAISED[sign]).join(""))
    .replace(/(\d)\*(?=[a-z(])/gi, "$1")
    .replace(/\*/g, "·")
    .replace(/(^|[\s([{,·=])-(?=[\s\d.a-z(])/gi, "$1−");
}

/** A sentence; what stands between backquotes is code. */
export function Sentence({ text }: { text: string }) {
  return <>{quoted(text, signs)}</>;
}
