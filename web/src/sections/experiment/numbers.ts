// Numbers of any size, short.

import { signed } from "../../parts/controls.tsx";

const RAISED: Record<string, string> = {
  "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹",
};

/** Three digits; of very large and very small numbers with a power of ten: `−3.1·10¹⁰`. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e5) || !Number.isFinite(value)) return signed(value);
  const [digits = "", power = ""] = value.toExponential(1).split("e");
  return `${signed(Number(digits))}·10${[...power.replace("+", "")].map((sign) => RAISED[sign]).join("")}`;
}
