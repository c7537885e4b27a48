// A disk and a polygon that the user drags: drawn from the formulas, without a proof.

import { useId, useRef, useState } from "preact/hooks";
import { apothem as distance, corners, smoothEdge, type Fit, type Point } from "./shape.ts";
import { signed } from "../../parts/controls.tsx";
import { turned } from "./turned.ts";

interface PlaneProps {
  sides: number;
  fit: Fit;
  size: number;
  /** Degrees. */
  turn: number;
  /** Of smooth units; `undefined` for jumps. */
  steepness: number | undefined;
  /** A point at which the units are asked. */
  probe: Point;
  onTurn(turn: number): void;
  onSize(size: number): void;
  onProbe(probe: Point): void;
}

const REACH = 1.5;
const [LEFT, TOP, WIDE] = [44, 8, 560];
const across = (x: number) => LEFT + WIDE * (x + REACH) / (2 * REACH);
const down = (y: number) => TOP + WIDE * (REACH - y) / (2 * REACH);
const scale = WIDE / (2 * REACH);
const outline = (points: readonly Point[]) => points.map(([x, y]) => `${across(x).toFixed(2)},${down(y).toFixed(2)}`).join(" ");
const radians = (degrees: number) => degrees * Math.PI / 180;

/** The least and the greatest distance of a side that is moved by hand. */
export const NEAREST = 0.3;
export const FARTHEST = 1.4;

/** The plane with disk, polygon, walls, and two knobs. */
export function Plane({ sides, fit, size, turn, steepness, probe, onTurn, onSize, onProbe }: PlaneProps) {
  const id = useId();
  const svg = useRef<SVGSVGElement>(null);
  const [corner, setCorner] = useState(0);
  const apothem = distance(sides, fit, size);
  const polygon = corners(sides, apothem, turn);
  const edge = steepness === undefined ? polygon : smoothEdge(sides, apothem, turn, steepness);
  const step = 360 / sides;
  const held = corner % sides;
  const [knob, after] = [polygon[held]!, polygon[(held + 1) % sides]!];
  const middle: Point = [(knob[0] + after[0]) / 2, (knob[1] + after[1]) / 2];
  const isBusy = sides > 12;

  /** The place of a finger in the plane. */
  const place = (event: MouseEvent): Point => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [(x - LEFT) / scale - REACH, REACH - (y - TOP) / scale];
  };
  const dragged = (move: (point: Point) => void) => ({
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      event.preventDefault();
    },
    // The end of a drag is no tap.
    onClick: (event: MouseEvent) => event.stopPropagation(),
    onPointerMove: (event: PointerEvent) => {
      if ((event.currentTarget as Element).hasPointerCapture(event.pointerId)) move(place(event));
    },
  });
  const turns = dragged(([x, y]) => {
    const now = turned(Math.atan2(y, x) * 180 / Math.PI, sides);
    setCorner(now.corner);
    onTurn(now.turn);
  });
  const moves = dragged(([x, y]) => {
    const angle = radians(turn + step * (held + 0.5));
    const along = x * Math.cos(angle) + y * Math.sin(angle);
    onSize(Math.round(Math.min(Math.max(along, NEAREST), FARTHEST) * 200) / 200);
  });

  const asks = ([x, y]: Point) => {
    const fit = (value: number) => Math.min(Math.max(Math.round(value * 20) / 20, -REACH), REACH);
    onProbe([fit(x), fit(y)]);
  };
  const asked = dragged(asks);
  const arrows: Record<string, Point> = { ArrowLeft: [-0.05, 0], ArrowRight: [0.05, 0], ArrowUp: [0, 0.05], ArrowDown: [0, -0.05] };

  const walls = Array.from({ length: sides }, (_, k) => {
    const angle = radians(turn + step * (k + 0.5));
    const normal: Point = [Math.cos(angle), Math.sin(angle)];
    const above = apothem - normal[0] * probe[0] - normal[1] * probe[1];
    // A jump is on at its wall, too; the place is not exact.
    const value = steepness === undefined ? Number(above >= -1e-9) : 1 / (1 + Math.exp(-steepness * above));
    return { normal, number: k + 1, value };
  });
  const sum = walls.reduce((total, { value }) => total + value, 0);
  const says = sum >= sides - 0.5 ? "inside" : "outside";
  const [boxId, edgeId] = [`${id}-box`, `${id}-edge`];
  return (
    <figure class="picture plane">
      <svg ref={svg} viewBox="0 0 620 604" role="group" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}
        onClick={(event) => asks(place(event))}>
        <title id={`${id}-title`}>A disk and a polygon with {sides} sides</title>
        <desc id={`${id}-text`}>
          The sides are {apothem.toFixed(3)} from the centre of a disk of radius 1; the first corner is at {turn} degrees.
          Coloured parts are inside one of the two only. The sliders beside the picture turn the polygon and move its sides.
        </desc>
        <clipPath id={boxId}><rect x={LEFT} y={TOP} width={WIDE} height={WIDE} /></clipPath>
        <clipPath id={edgeId}><polygon points={outline(edge)} /></clipPath>
        <rect class="outside" x={LEFT} y={TOP} width={WIDE} height={WIDE} />
        <g clip-path={`url(#${boxId})`}>
          <polygon class="too-much" points={outline(edge)} />
          <circle class="too-little" cx={across(0)} cy={down(0)} r={scale} />
          <circle class="both" cx={across(0)} cy={down(0)} r={scale} clip-path={`url(#${edgeId})`} />
          {walls.map(({ normal: [a, b], number, value }) => {
            const at = (along: number, inward: number): Point => [
              a * (apothem - inward) - b * along, b * (apothem - inward) + a * along,
            ];
            const ends = [at(-5, 0), at(5, 0)];
            const teeth = isBusy ? [] : Array.from({ length: 33 }, (_, k) => (k - 16) / 8);
            return (
              <g key={number} class={value < 0.5 ? "wall off" : "wall"}>
                <line x1={across(ends[0]![0])} y1={down(ends[0]![1])} x2={across(ends[1]![0])} y2={down(ends[1]![1])} />
                <path d={teeth.map((along) => {
                  const [[x0, y0], [x1, y1]] = [at(along, 0), at(along, 0.035)];
                  return `M${across(x0).toFixed(1)} ${down(y0).toFixed(1)}L${across(x1).toFixed(1)} ${down(y1).toFixed(1)}`;
                }).join("")} />
              </g>
            );
          })}
          <polygon class="edge" points={outline(edge)} />
          <circle class="goal" cx={across(0)} cy={down(0)} r={scale} />
          {!isBusy && walls.map(({ normal: [a, b], number }) => {
            const [x, y] = [a * (apothem + 0.14), b * (apothem + 0.14)];
            return (
              <g key={number} class="badge">
                <circle cx={across(x)} cy={down(y)} r={11} />
                <text x={across(x)} y={down(y) + 5} text-anchor="middle">{number}</text>
              </g>
            );
          })}
          <g
            class="knob probe" role="button" tabindex={0} {...asked}
            aria-label={`A point at ${signed(probe[0])}, ${signed(probe[1])}; arrow keys move it`}
            onKeyDown={(event) => {
              const by = arrows[event.key];
              if (!by) return;
              event.preventDefault();
              asks([probe[0] + by[0], probe[1] + by[1]]);
            }}
          >
            <circle class="finger" cx={across(probe[0])} cy={down(probe[1])} r={20} />
            <path d={`M${across(probe[0]) - 9} ${down(probe[1])}h18m-9 -9v18`} />
          </g>
          <g class="knob" aria-hidden="true" {...moves}>
            <circle class="finger" cx={across(middle[0])} cy={down(middle[1])} r={24} />
            <rect x={across(middle[0]) - 8} y={down(middle[1]) - 8} width={16} height={16} rx={3} />
          </g>
          <g class="knob" aria-hidden="true" {...turns}>
            <circle class="finger" cx={across(knob[0])} cy={down(knob[1])} r={24} />
            <circle cx={across(knob[0])} cy={down(knob[1])} r={9} />
          </g>
        </g>
        <rect class="frame" x={LEFT} y={TOP} width={WIDE} height={WIDE} />
        {[-1.5, -1, -0.5, 0, 0.5, 1, 1.5].map((tick) => {
          const text = String(tick).replace("-", "−");
          return (
            <g key={tick}>
              <text x={across(tick)} y={TOP + WIDE + 20} text-anchor="middle">{text}</text>
              <text x={LEFT - 6} y={down(tick) + 5} text-anchor="end">{text}</text>
            </g>
          );
        })}
      </svg>
      <figcaption>
        <ul class="legend">
          <li><i class="too-much" /> network inside, disk outside</li>
          <li><i class="too-little" /> network outside, disk inside</li>
          <li><i class="both" /> both inside</li>
        </ul>
        <p aria-live="polite">
          At the cross, ({signed(probe[0])}, {signed(probe[1])}),{" "}
          {steepness === undefined
            ? <>{sum} of {sides} units are on.</>
            : <>the units add up to about {sum.toFixed(3)}.</>}
          {" "}"Inside" needs {steepness === undefined ? "all of them" : `${sides - 0.5}`}, so the network says "{says}".
        </p>
        <small>
          {steepness === undefined ? "Drawn from the formulas." : "Drawn from the formulas; the edge of the network is sampled."}{" "}
          Drag the round knob to turn the polygon, and the square one to move its sides. Tap to move the
          cross. A wall's teeth show where its unit is on; walls that are off at the cross are dashed.
        </small>
      </figcaption>
    </figure>
  );
}
