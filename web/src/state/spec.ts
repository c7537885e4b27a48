// Specs as texts, with the place of each value, so that a mistake is shown under the field it was typed in.

import type { Failure } from "../engine/protocol.ts";

/** A value of a spec: a text that is quoted, a number or a truth value as they are, a list, a table. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value };

/** A spec, and where the values of its keys stand. */
export interface Spec {
  text: string;
  /** The first and the last byte of each value, by `table.key`. */
  places: Record<string, [number, number]>;
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** A value as TOML. */
function toml(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  return `{ ${Object.entries(value).map(([key, inner]) => `${key} = ${toml(inner)}`).join(", ")} }`;
}

/** Writes a spec; keys without a value are left out. */
export function spec(tables: Record<string, Record<string, Value | undefined>>): Spec {
  let text = "";
  const places: Spec["places"] = {};
  for (const [table, keys] of Object.entries(tables)) {
    text += `${text ? "\n" : ""}[${table}]\n`;
    for (const [key, value] of Object.entries(keys)) {
      if (value === undefined) continue;
      const start = bytes(`${text}${key} = `);
      text += `${key} = ${toml(value)}\n`;
      places[`${table}.${key}`] = [start, bytes(text) - 1];
    }
  }
  return { text, places };
}

/** The key whose value a failure is about, and the place inside of a text value; `undefined` for another place. */
export function keyOf(spec: Spec, failure: Failure): { key: string; span: [number, number] } | undefined {
  const span = failure.span;
  if (failure.field !== "spec" || !span) return undefined;
  for (const [key, [start, end]] of Object.entries(spec.places)) {
    if (span[0] < start || span[0] >= end) continue;
    // One for the quotation mark.
    return { key, span: [Math.max(span[0] - start - 1, 0), Math.max(Math.min(span[1], end - 1) - start - 1, 0)] };
  }
  return undefined;
}
