// The board: the target, the sum of the steps, each step, and points that are drawn by finger or moved by keys.

import { useId, useMemo, useRef } from "preact/hooks";
import { Axes, at, axis, back, path, useWidth } from "../../parts/plot.tsx";
import { PLACES, drawn, heights, write } from "./curve.ts";
import { one, places, sum, type Told } from "./units.ts";

interface BoardProps {
  title: string;
  told: Told | undefined;
  /** Is it of an earlier question? */
  isStale: boolean;
  /** Is each step shown? */
  isApart: boolean;
  /** The drawn curve, and what changes it. */
  curve?: string | undefined;
  draw?: (curve: string) => void;
  domain: [number, number];
}

const HEIGHT = 300;
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 14, 24, 42];

/** What a figure in this board is for a reader who does not see it. */
function description(told: Told | undefined, isApart: boolean): string {
  if (!told) return "";
  const { units } = told;
  return `The sum of ${units.length} steps, and the target.${isApart ? " Each step is a thin line." : ""} Sampled.`;
}

export function Board({ title, told, isStale, isApart, curve, draw, domain }: BoardProps) {
  const [place, width] = useWidth(600);
  const id = useId();
  const last = useRef<[number, number]>();
  const xs = useMemo(() => (told ? places(told, 240) : []), [told]);
  const network = useMemo(() => (told ? xs.map((x): [number, number] => [x, sum(told, x)]) : []), [told, xs]);
  const apart = useMemo(
    () => (told && isApart ? told.units.map((_, i) => one(told, i, xs)) : []),
    [told, xs, isApart],
  );
  const [low, high] = domain;
  const points = curve === undefined ? undefined : heights(curve);
  const xOf = (i: number) => low + ((high - low) * i) / (PLACES - 1);
  const target: [number, number][] = points
    ? points.map((value, i) => [xOf(i), value / 100])
    : (told?.target ?? []).map(([x, value]) => [x, value ?? NaN]);
  const values = [...target, ...network, ...apart.flat()].map(([, value]) => value).filter(Number.isFinite);
  const [bottom, top] = points
    ? [Math.min(-1.1, ...values), Math.max(1.1, ...values)]
    : [Math.min(...values, 0), Math.max(...values, 0)];
  const room = (top - bottom || 1) * 0.06;
  const x = axis(low, high, LEFT, width - RIGHT);
  const y = axis(bottom - room, top + room, HEIGHT - BOTTOM, TOP);
  const finger = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const column = ((back(x, event.clientX - box.left) - low) / (high - low)) * (PLACES - 1);
    return [Math.min(Math.max(column, 0), PLACES - 1), Math.min(Math.max(back(y, event.clientY - box.top) * 100, -100), 100)];
  };
  const move = (to: [number, number], from = to) => {
    if (points) draw?.(write(drawn(points, from, to)));
    last.current = to;
  };
  const key = (event: KeyboardEvent, i: number) => {
    const steps: Record<string, number> = {
      ArrowUp: 5, ArrowDown: -5, ArrowRight: 5, ArrowLeft: -5, PageUp: 20, PageDown: -20, Home: -200, End: 200,
    };
    const by = steps[event.key];
    if (by === undefined || !points) return;
    event.preventDefault();
    draw?.(write(points.map((value, j) => (i === j ? Math.min(Math.max(value + by, -100), 100) : value))));
  };
  return (
    <div ref={place} class={isStale && !points ? "board stale" : "board"}>
      <svg
        width={width} height={HEIGHT} role={points ? "group" : "img"} aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}
        class={points ? "drawable" : ""}
        onPointerDown={(event) => {
          if (!points || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          move(finger(event));
        }}
        onPointerMove={(event) => {
          if (points && last.current && event.buttons > 0) move(finger(event), last.current);
        }}
        onPointerUp={() => {
          last.current = undefined;
        }}
        onPointerCancel={() => {
          last.current = undefined;
        }}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>{description(told, isApart)}</desc>
        <Axes x={x} y={y} xName="x" yName="f and N" />
        <path class="target" d={path(target, x, y)} />
        {apart.map((line, i) => <path key={i} class="apart" d={path(line, x, y)} />)}
        <path class="network" d={path(network, x, y)} />
        {points?.map((value, i) => (
          <circle
            key={i} class="handle" cx={at(x, xOf(i))} cy={at(y, value / 100)} r={8} tabindex={0} role="slider"
            aria-label={`Height at point ${i + 1} of ${PLACES}`} aria-orientation="vertical" aria-valuemin={-1} aria-valuemax={1}
            aria-valuenow={value / 100} onKeyDown={(event) => key(event, i)}
          />
        ))}
      </svg>
      <ul class="keys">
        <li class="of-target"><i aria-hidden="true" />target f{points && " (draw here, or move its points by arrow keys)"}</li>
        <li class="of-network"><i aria-hidden="true" />network N: the sum, sampled</li>
        {isApart && <li class="of-apart"><i aria-hidden="true" />each step</li>}
      </ul>
    </div>
  );
}
