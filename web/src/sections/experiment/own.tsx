// Points of the reader's own: by hand, or from a file.

import { useId, useState } from "preact/hooks";
import { Choice, Words } from "../../parts/controls.tsx";
import type { Failure } from "../../engine/protocol.ts";

/** A labelled point. */
export interface Point {
  x: number;
  y: number;
  inside: boolean;
}

/** The most points that are drawn by hand: they stand in the link. */
export const MOST_BY_HAND = 200;

/** Reads points from the text of a link: `x y 1` or `x y 0`, separated by commas. What is not understood is left out. */
export function readPoints(text: string): Point[] {
  const points: Point[] = [];
  for (const part of text.split(",")) {
    const fields = part.trim().split(/\s+/);
    const [x, y] = fields.map(Number);
    if (fields.length !== 3 || !Number.isFinite(x) || !Number.isFinite(y) || !/^[01]$/.test(fields[2]!)) continue;
    points.push({ x: x!, y: y!, inside: fields[2] === "1" });
  }
  return points.slice(0, MOST_BY_HAND);
}

/** Writes points into a link. */
export function writePoints(points: Point[]): string {
  return points.map(({ x, y, inside }) => `${x} ${y} ${inside ? 1 : 0}`).join(",");
}

/** The points as a file that the program reads. */
export function csvOf(points: Point[]): string {
  return ["x,y,label", ...points.map(({ x, y, inside }) => `${x},${y},${inside ? 1 : 0}`), ""].join("\n");
}

/** Two digits after the point: as fine as a finger. */
export const round = (value: number) => Math.round(value * 100) / 100;

interface ByHandProps {
  points: Point[];
  cursor: { x: number; y: number };
  inside: boolean;
  range: readonly [number, number];
  onCursor(cursor: { x: number; y: number }): void;
  onClass(inside: boolean): void;
  onChange(points: Point[]): void;
}

/** The class of the next point, its place for the keyboard, and buttons. */
export function ByHand({ points, cursor, inside, range: [low, high], onCursor, onClass, onChange }: ByHandProps) {
  const id = useId();
  const [wrong, setWrong] = useState<"x" | "y">();
  const isFull = points.length >= MOST_BY_HAND;
  const coordinate = (name: "x" | "y") => (
    <label for={`${id}-${name}`}>
      {name}{" "}
      <input
        id={`${id}-${name}`} type="number" step="0.1" min={low} max={high} value={cursor[name]}
        aria-invalid={wrong === name ? true : undefined} aria-describedby={wrong === name ? `${id}-wrong` : undefined}
        onInput={(event) => {
          const value = event.currentTarget.valueAsNumber;
          const isGood = value >= low && value <= high;
          setWrong(isGood ? undefined : name);
          if (isGood) onCursor({ ...cursor, [name]: value });
        }}
      />
    </label>
  );
  return (
    <div class="control by-hand">
      <Choice
        label="The next point is" value={inside ? "inside" : "outside"} options={[["inside", "● inside"], ["outside", "× outside"]]}
        onChange={(value) => onClass(value === "inside")}
      />
      <p>Click in the picture to add a point. Or give its place:</p>
      <form
        class="buttons" onSubmit={(event) => {
          event.preventDefault();
          if (!isFull && !wrong) onChange([...points, { ...cursor, inside }]);
        }}
      >
        {coordinate("x")} {coordinate("y")}
        <button type="submit" disabled={isFull || wrong !== undefined}>Add point</button>
      </form>
      {wrong && <p id={`${id}-wrong`} class="wrong" role="alert">{wrong} is a number from {String(low).replace("-", "−")} to {high}.</p>}
      <div class="buttons">
        <button type="button" disabled={points.length === 0} onClick={() => onChange(points.slice(0, -1))}>Remove the last one</button>
        <button type="button" disabled={points.length === 0} onClick={() => onChange([])}>Remove all</button>
      </div>
      <p role="status"><small>{points.length} points{isFull && `: as many as a link holds. A file may have more`}.</small></p>
    </div>
  );
}

/** The largest file of points that the page reads. */
const LARGEST = 4 << 20;
/** A text up to this length is shown, and stands in the link. */
export const LONGEST_IN_LINK = 2000;

interface FromFileProps {
  text: string;
  name: string;
  failure?: Failure | undefined;
  onChange(text: string, name: string): void;
}

/** Reads a file as a text. */
async function textOf(file: File): Promise<string | Failure> {
  if (file.size > LARGEST) {
    return { message: `the file has ${Math.ceil(file.size / (1 << 20))} MB, and a page reads points up to ${LARGEST >> 20} MB`, hint: "`steeple train` reads larger ones" };
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return { message: `${file.name} is not a text file in UTF-8`, hint: "save the table as CSV: a text with commas" };
  }
}

/** A file that is chosen or dropped, or a text that is typed. */
export function FromFile({ text, name, failure, onChange }: FromFileProps) {
  const id = useId();
  const [refused, setRefused] = useState<Failure>();
  const [isOver, setOver] = useState(false);
  const take = (file: File | undefined) => {
    if (!file) return;
    void textOf(file).then((found) => {
      if (typeof found === "string") {
        setRefused(undefined);
        onChange(found, file.name);
      } else {
        setRefused(found);
      }
    });
  };
  const wrong = refused ?? failure;
  const isShown = text.length <= LONGEST_IN_LINK;
  return (
    <div
      class={isOver ? "control field drop-place over" : "control field drop-place"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <label for={`${id}-file`}>A file of points (CSV): choose it, or drop it here</label>
      <input id={`${id}-file`} type="file" accept=".csv,.txt,text/csv,text/plain" onChange={(event) => take(event.currentTarget.files?.[0])} />
      {isShown ? <>
        <label for={`${id}-text`}>Or write the points: a line of names, then a line for each point</label>
        <textarea
          id={`${id}-text`} rows={7} value={text} spellcheck={false} aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `${id}-wrong` : undefined} onInput={(event) => onChange(event.currentTarget.value, "points.csv")}
        />
      </> : <p>{name}: {text.split("\n").length} lines. <small>A link to this page does not hold so many.</small></p>}
      {wrong && (
        <div id={`${id}-wrong`} class="wrong" role="alert">
          {!refused && wrong.span && <Place text={text} span={wrong.span} />}
          <Words failure={wrong} />
        </div>
      )}
    </div>
  );
}

/** The line of a place in a text, and the number of its character, from 1. */
export function placeIn(text: string, byte: number): { line: number; column: number; shown: string } {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).slice(0, byte));
  const lines = before.split("\n");
  const line = lines.length;
  return { line, column: [...lines.at(-1)!].length + 1, shown: (text.split("\n")[line - 1] ?? "").replace("\r", "") };
}

/** Where a mistake is: the line, and a mark under the character. */
function Place({ text, span }: { text: string; span: [number, number] }) {
  const { line, column, shown } = placeIn(text, span[0]);
  return <>
    <p>Line {line}, character {column}:</p>
    <pre aria-hidden="true">{shown.slice(0, 200)}{"\n"}{" ".repeat(Math.min(column, 200) - 1)}^</pre>
  </>;
}
