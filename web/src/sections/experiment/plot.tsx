// The plane: labelled points, the line of each unit, and where the network says "inside".

import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { decision, lineIn, output, rows, type Box } from "./net.ts";
import type { Trained } from "./training.ts";

const SIZE = 520;
// Equal in both directions, so that circles are round.
const MARGIN = { left: 42, right: 8, top: 8, bottom: 42 };
const [WIDE, HIGH] = [SIZE - MARGIN.left - MARGIN.right, SIZE - MARGIN.top - MARGIN.bottom];

/** The sum at which a unit has done a tenth or nine tenths of its change; `undefined` for units without an end. */
const SPREAD: Record<string, number> = { sigmoid: Math.log(9), tanh: Math.log(9) / 2 };

/** Steps of the grid along each side on which the decision is sampled. */
const [MOVING, AT_REST] = [90, 240];

interface PlotProps {
  id: string;
  box: Box;
  /** Coordinates, and whether each point is labelled "inside". */
  points: { x: ArrayLike<number>; y: ArrayLike<number>; inside: (place: number) => boolean; count: number };
  names: string[];
  trained: Trained | undefined;
  /** The weights that are shown. */
  weights: ArrayLike<number> | undefined;
  /** Does another picture follow at once? */
  isMoving: boolean;
  /** The unit that is lit up. */
  lit: number | undefined;
  onLit(unit: number | undefined): void;
  /** The radii of the circles that the labels stand for. */
  circles: number[];
  /** A place was clicked. */
  onPlace?: ((x: number, y: number) => void) | undefined;
  /** The place where a point would be added. */
  cursor?: { x: number; y: number } | undefined;
  title: string;
  description: string;
}

/** A few round numbers in a range. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9 && found.length < 12; k += 1) found.push(k * step);
  return found;
}

const label = (value: number) => String(Number(value.toPrecision(4))).replace("-", "−");

export function Plot({ id, box, points, names, trained, weights, isMoving, lit, onLit, circles, onPlace, cursor, title, description }: PlotProps) {
  const [[left, right], [low, high]] = box;
  const at = (x: number, y: number) => [
    MARGIN.left + WIDE * (x - left) / (right - left), MARGIN.top + HIGH * (high - y) / (high - low),
  ] as const;
  // The points stay while the network moves.
  const marks = useMemo(() => {
    let [dots, crosses] = ["", ""];
    // Few ones are larger.
    let few = 0;
    for (let place = 0; place < points.count; place += 1) few += points.inside(place) ? 1 : 0;
    const [dot, cross] = [few, points.count - few].map((count) => (count > 100 ? 2 : 4)) as [number, number];
    for (let place = 0; place < points.count; place += 1) {
      const [x, y] = at(points.x[place]!, points.y[place]!);
      if (x < MARGIN.left || x > SIZE - MARGIN.right || y < MARGIN.top || y > SIZE - MARGIN.bottom) continue;
      const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
      const size = points.inside(place) ? dot : cross;
      if (points.inside(place)) dots += `M${cx} ${cy}m${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`;
      else crosses += `M${cx} ${cy}m${-size} ${-size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`;
    }
    return <>
      <path d={crosses} fill="none" stroke="var(--two)" stroke-width="1.2" />
      <path d={dots} fill="var(--one)" stroke="var(--page)" stroke-width=".5" />
    </>;
  }, [points, left, right, low, high]);
  const shape = trained?.shape;
  // What is lit up does not change it.
  const region = useMemo(() => shape && weights && decision(
    box, output(shape, weights), trained.threshold,
    (u, v) => [MARGIN.left + WIDE * u, MARGIN.top + HIGH * (1 - v)], isMoving ? MOVING : AT_REST,
  ), [shape, weights, isMoving, left, right, low, high]);
  const units = shape && weights && shape.layers.length > 1 ? rows(shape, weights, 0) : [];
  const spread = SPREAD[shape?.layers[0]?.activation ?? ""];
  const path = (line: ReturnType<typeof lineIn>) => line && `M${at(...line[0]).join(" ")}L${at(...line[1]).join(" ")}`;
  const place = (event: JSX.TargetedMouseEvent<SVGSVGElement>) => {
    const frame = event.currentTarget.getBoundingClientRect();
    const [u, v] = [(event.clientX - frame.left) / frame.width * SIZE, (event.clientY - frame.top) / frame.height * SIZE];
    const [x, y] = [left + (right - left) * (u - MARGIN.left) / WIDE, high - (high - low) * (v - MARGIN.top) / HIGH];
    if (x >= left && x <= right && y >= low && y <= high) onPlace?.(x, y);
  };
  const [xName = "x", yName = "y"] = names;
  return (
    <svg
      id={id} class="labelled-plane" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-labelledby={`${id}-title ${id}-desc`} font-family="Arial, sans-serif"
      onClick={onPlace && place} style={onPlace ? "cursor: crosshair" : undefined} xmlns="http://www.w3.org/2000/svg"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      <clipPath id={`${id}-clip`}><rect x={MARGIN.left} y={MARGIN.top} width={WIDE} height={HIGH} /></clipPath>
      {region && <path class="says-inside" d={region.inside} fill="var(--one)" fill-opacity=".22" />}
      <g font-size="13" fill="var(--soft)" stroke="none">
        {ticks(left, right).map((x) => <g key={x}>
          <path d={`M${at(x, low).join(" ")}v5`} stroke="var(--soft)" />
          <text x={at(x, low)[0]} y={SIZE - MARGIN.bottom + 18} text-anchor="middle">{label(x)}</text>
        </g>)}
        {ticks(low, high).map((y) => <g key={y}>
          <path d={`M${at(left, y).join(" ")}h-5`} stroke="var(--soft)" />
          <text x={MARGIN.left - 8} y={at(left, y)[1] + 4} text-anchor="end">{label(y)}</text>
        </g>)}
        <text x={SIZE - MARGIN.right - 4} y={SIZE - 8} text-anchor="end" font-style="italic">{xName}</text>
        <text x={8} y={MARGIN.top + 12} font-style="italic">{yName}</text>
      </g>
      <g clip-path={`url(#${id}-clip)`}>
        {marks}
        {circles.map((radius) => (
          <ellipse
            key={radius} cx={at(0, 0)[0]} cy={at(0, 0)[1]} rx={WIDE * radius / (right - left)} ry={HIGH * radius / (high - low)}
            fill="none" stroke="var(--soft)" stroke-width="1.5" stroke-dasharray="2 4"
          />
        ))}
        {region && <path class="decision-edge" d={region.edge} fill="none" stroke="var(--text)" stroke-width="2.5" stroke-linecap="round" />}
        {units.map(({ weights: [a = 0, b = 0], bias }, unit) => {
          const isLit = unit === lit;
          const line = path(lineIn(box, [a, b, bias]));
          if (!line) return null;
          return (
            <g key={unit} class={isLit ? "unit-line lit" : "unit-line"} onPointerEnter={() => onLit(unit)} onPointerLeave={() => onLit(undefined)}>
              {isLit && spread !== undefined && [spread, -spread].map((sum) => {
                const side = path(lineIn(box, [a, b, bias - sum]));
                return side && <path key={sum} d={side} stroke="var(--three)" stroke-width="1.5" stroke-dasharray="5 4" />;
              })}
              <path d={line} stroke="transparent" stroke-width="14" />
              <path d={line} stroke="var(--three)" stroke-width={isLit ? 4 : 1.6} stroke-opacity={lit === undefined || isLit ? 1 : 0.4} />
            </g>
          );
        })}
        {cursor && <path
          d={`M${at(cursor.x, cursor.y).join(" ")}m-9 0h18m-9 -9v18`} stroke="var(--text)" stroke-width="1.5" fill="none"
        />}
      </g>
      <rect x={MARGIN.left} y={MARGIN.top} width={WIDE} height={HIGH} fill="none" stroke="var(--soft)" />
    </svg>
  );
}

/** The picture as a file of its own, for white paper. */
export function onPaper(id: string): string | undefined {
  const shown = document.getElementById(id);
  if (!shown) return undefined;
  const paper: Record<string, string> = {
    "--one": "#0b4a80", "--two": "#9a4a00", "--three": "#6a3d9a", "--text": "#1b1b1f", "--soft": "#5b5b63", "--page": "#ffffff",
  };
  return new XMLSerializer().serializeToString(shown)
    .replace(/var\((--\w+)\)/g, (_, name: string) => paper[name] ?? "#000000")
    .replace(/ style="[^"]*"/, ` width="${SIZE}" height="${SIZE}"`)
    .replace(/^<svg(?![^>]* width=)/, `<svg width="${SIZE}" height="${SIZE}"`);
}
