// Certified errors of many networks in one plot, the present one marked.

import { useContext, useId, useState } from "preact/hooks";
import { Axes, at, axis, back, path, useWidth } from "./plot.tsx";
import { PredictFirst } from "./figure.tsx";
import type { Enclosure } from "../engine/protocol.ts";

/** One network: its place, and what was certified of it. */
export interface Mark {
  x: number;
  enclosure: Enclosure | null | undefined;
  /** What it is, in words. */
  name: string;
  /** What happens when it is chosen. */
  choose?: () => void;
}

export interface Line {
  name: string;
  marks: Mark[];
  /** Is the present network one of these? */
  isPresent?: boolean;
  /** A level instead of points: it has one mark. */
  isLevel?: boolean;
}

interface ErrorsProps {
  title: string;
  xName: string;
  xRange: [number, number];
  xTicks?: number[];
  lines: Line[];
  /** The present network. */
  present?: { x: number; enclosure: Enclosure } | undefined;
  /** How many figures are still to come. */
  left: number;
  /** Moves the present network to a place of the axis. */
  move?: (x: number) => void;
}

const HEIGHT = 250;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 12, 24, 42];
/** A lower end of 0 has no place on the axis. */
const SMALLEST = 1e-12;

/** An enclosure whose ends are at most this factor apart has a place on a line; a wider one is only a bar. */
const NEAR = 4;

const isPlaced = ({ near: [lower, upper] }: Enclosure) => upper !== null && lower > SMALLEST && upper <= NEAR * lower;

const numbers = ({ near: [lower, upper] }: Enclosure) => [lower, upper].filter((x): x is number => x !== null && x > SMALLEST);

/** An error in words. */
function said({ lower, upper, is_exact }: Enclosure): string {
  if (is_exact) return `${lower}, exactly`;
  return upper === null ? `at least ${lower}` : `between ${lower} and ${upper}`;
}

/** Errors over a number, both on logarithmic axes. Points can be chosen by pointer, and by keys in the table below. */
export function Errors({ title, xName, xRange, xTicks, lines, present, left, move }: ErrorsProps) {
  const [place, width] = useWidth(336);
  const [pointed, setPointed] = useState<Mark>();
  const id = useId();
  const predict = useContext(PredictFirst);
  if (predict) return <p><small>The plot of errors is hidden while you predict.</small></p>;
  const all = lines.flatMap(({ marks }) => marks.flatMap(({ enclosure }) => (enclosure ? numbers(enclosure) : [])));
  if (present) all.push(...numbers(present.enclosure));
  const lowest = Math.max(Math.min(...all, 1), SMALLEST);
  const highest = Math.max(...all, lowest * 10);
  const x = axis(xRange[0], xRange[1], LEFT, width - RIGHT, true);
  const y = axis(lowest / 1.6, highest * 1.6, HEIGHT - BOTTOM, TOP, true);
  /** The middle of a bar, and its ends. */
  const bar = ({ near: [lower, upper] }: Enclosure) => {
    const top = upper === null ? y.to : at(y, Math.max(upper, SMALLEST));
    const bottom = lower > y.low ? at(y, lower) : y.from;
    return { top, bottom: Math.max(bottom, top), middle: lower > y.low && upper !== null ? (top + bottom) / 2 : top };
  };
  const choose = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    move?.(Math.min(Math.max(back(x, event.clientX - box.left), xRange[0]), xRange[1]));
  };
  return (
    <figure class="errors">
      <figcaption>{title}</figcaption>
      <div ref={place}>
        <svg
          width={width} height={HEIGHT} role="img" aria-labelledby={`${id}-title`} class={move ? "movable" : ""}
          onPointerDown={(event) => {
            // A point is chosen by a click.
            if (!move || (event.target as Element).closest(".choosable")) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            choose(event);
          }}
          onPointerMove={(event) => {
            if (move && event.buttons > 0) choose(event);
          }}
        >
          <title id={`${id}-title`}>{title}</title>
          <Axes x={x} y={y} xName={xName} yName="largest error" {...(xTicks && { xTicks })} />
          {lines.map((line, i) => {
            const there = line.marks.filter((mark): mark is Mark & { enclosure: Enclosure } => !!mark.enclosure);
            const [first] = there;
            if (line.isLevel) {
              if (!first) return null;
              const { middle } = bar(first.enclosure);
              return (
                <g key={line.name} class={`line line-${i}`}>
                  <line x1={x.from} x2={x.to} y1={middle} y2={middle} />
                </g>
              );
            }
            return (
              <g key={line.name} class={`line line-${i}${line.isPresent ? " present" : ""}`}>
                <path d={path(there.filter(({ enclosure }) => isPlaced(enclosure)).map(({ x: place, enclosure }) => [place, back(y, bar(enclosure).middle)]), x, y)} />
                {there.map((mark) => {
                  const { top, bottom, middle } = bar(mark.enclosure);
                  const px = at(x, mark.x);
                  return (
                    <g key={mark.x} class={mark.choose ? "choosable" : ""} onClick={mark.choose} onPointerEnter={() => setPointed(mark)} onPointerLeave={() => setPointed(undefined)}>
                      {bottom - top > 2 && <line class="bar" x1={px} x2={px} y1={top} y2={bottom} />}
                      {isPlaced(mark.enclosure) && <circle cx={px} cy={middle} r={3.5} />}
                      {mark.choose && <circle class="room" cx={px} cy={middle} r={12} />}
                    </g>
                  );
                })}
              </g>
            );
          })}
          {present && (() => {
            const { top, bottom, middle } = bar(present.enclosure);
            const px = at(x, Math.min(Math.max(present.x, xRange[0]), xRange[1]));
            return (
              <g class="now">
                <line class="stem" x1={px} x2={px} y1={y.to} y2={y.from} />
                <line class="bar" x1={px} x2={px} y1={top} y2={bottom} />
                <circle cx={px} cy={middle} r={6.5} />
              </g>
            );
          })()}
        </svg>
      </div>
      <ul class="keys">
        {lines.map(({ name, isPresent }, i) => (
          <li key={name} class={`line-${i}${isPresent ? " present" : ""}`}><i aria-hidden="true" />{name}</li>
        ))}
      </ul>
      <p class="evidence" aria-live="off">
        {pointed?.enclosure
          ? <>{pointed.name}: {said(pointed.enclosure)}.</>
          : <>Every point is certified; a bar is an enclosure.{left > 0 && <span class="busy"> {left} to come...</span>}</>}
      </p>
      <details class="listed">
        <summary>The same as numbers</summary>
        <div class="wide">
          <table>
            <thead><tr><th scope="col">Network</th><th scope="col">Largest error</th></tr></thead>
            <tbody>
              {lines.flatMap(({ name, marks }) => marks.filter(({ enclosure }) => enclosure).map((mark) => (
                <tr key={`${name} ${mark.x}`}>
                  <th scope="row">
                    {mark.choose ? <button type="button" class="plain" onClick={mark.choose}>{mark.name}</button> : mark.name}
                  </th>
                  <td>{mark.enclosure && said(mark.enclosure)}</td>
                </tr>
              )))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

