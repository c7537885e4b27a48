// Specs as texts, with the place of each value, so that a mistake is shown under the field it was typed in.

import type { Failure } from "../engine/protocol.ts";

/** A value of a spec: a text that is quoted, a number or a truth value as they are, a list, a table. */
export type Value = string | number | boolean | Value[] | { [key: string]: Value };

/** A spec, and where the values of its keys stand. */
export interface Spec {
  text: string;
  /** The first and the last byte of each value, by `table.key`. */
  places: Record<string, [number, number]>;
  /** The same of the values inside of lists and tables: `target.domain.x.0`. */
  inner: Record<string, [number, number]>;
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** Notes where a value stands: its path, its first byte, the text. */
type Note = (path: string, start: number, text: string) => void;

/** A value as TOML, which begins at a byte. */
function toml(value: Value, path: string, start: number, note: Note): string {
  const parts = (given: [string, string, Value][], [open, close]: [string, string]) => {
    let text = open;
    given.forEach(([key, before, inner], i) => {
      text += `${i > 0 ? ", " : ""}${before}`;
      const at = start + bytes(text);
      const written = toml(inner, `${path}.${key}`, at, note);
      note(`${path}.${key}`, at, written);
      text += written;
    });
    return text + close;
  };
  if (typeof value === "string") return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return parts(value.map((inner, i) => [String(i), "", inner]), ["[", "]"]);
  return parts(Object.entries(value).map(([key, inner]) => [key, `${key} = `, inner]), ["{ ", " }"]);
}

/** Writes a spec; keys without a value are left out. */
export function spec(tables: Record<string, Record<string, Value | undefined>>): Spec {
  let text = "";
  const places: Spec["places"] = {};
  const inner: Spec["inner"] = {};
  const note: Note = (path, start, written) => {
    inner[path] = [start, start + bytes(written)];
  };
  for (const [table, keys] of Object.entries(tables)) {
    text += `${text ? "\n" : ""}[${table}]\n`;
    for (const [key, value] of Object.entries(keys)) {
      if (value === undefined) continue;
      const start = bytes(`${text}${key} = `);
      text += `${key} = ${toml(value, `${table}.${key}`, start, note)}\n`;
      places[`${table}.${key}`] = [start, bytes(text) - 1];
    }
  }
  return { text, places, inner };
}

/** Is a failure about this value inside of a list or a table, or about one that it stands in? */
export function isAbout(spec: Spec, failure: Failure | undefined, path: string): boolean {
  const [span, place] = [failure?.span, spec.inner[path]];
  return failure?.field === "spec" && !!span && !!place && span[0] < place[1] && place[0] < span[1];
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
