// How the wrong area falls with the number of sides: certified points, and the formula of the best polygon.

import { useContext, useEffect, useState } from "preact/hooks";
import { patient } from "../../engine/load.ts";
import { failureOf } from "../../engine/proof.ts";
import type { Enclosure, Proved } from "../../engine/protocol.ts";
import { PredictFirst } from "../../parts/figure.tsx";

/** Numbers of sides that are proved when the page has nothing else to do. */
const SIDES = [3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64];
export const FEWEST = 3;
export const MOST = 64;
/** Milliseconds for each of them. */
const EACH = 1000;
/** Milliseconds without a change before it begins. */
const CALM = 700;

/** What was certified, for every curve that was shown: by number of sides. */
const known = new Map<string, Map<number, Enclosure>>();
const MOST_CURVES = 200;

interface RateProps {
  /** Which curve: everything but the number of sides. */
  curve: string;
  /** The spec for so many sides. */
  spec(sides: number): string;
  sides: number;
  /** What is certified for the present number of sides. */
  enclosure: Enclosure | undefined;
  /** Is the page free to prove more? */
  isFree: boolean;
  /** By formula, where there is one. */
  formula?: ((sides: number) => number) | undefined;
  onChange(sides: number): void;
}

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 590, 14, 240];
const across = (sides: number) => LEFT + 12 + (RIGHT - LEFT - 24) * Math.log(sides / FEWEST) / Math.log(MOST / FEWEST);

/** Proves one point after the other while the page is free. */
function usePoints(curve: string, spec: (sides: number) => string, isFree: boolean): Map<number, Enclosure> {
  const [, setCount] = useState(0);
  if (!known.has(curve)) {
    if (known.size >= MOST_CURVES) known.clear();
    known.set(curve, new Map());
  }
  const points = known.get(curve)!;
  useEffect(() => {
    if (!isFree) return undefined;
    let isWanted = true;
    const timer = setTimeout(async () => {
      for (const sides of SIDES) {
        if (points.has(sides)) continue;
        try {
          const question = { do: "build", name: "sides-point", spec: spec(sides), millis: EACH, pictures: [] };
          const { enclosure } = await patient.ask<Proved>(question);
          points.set(sides, enclosure);
        } catch (error) {
          // A number of sides for which there is no network has no point.
          if (!failureOf(error)) return;
        }
        if (!isWanted) return;
        setCount((count) => count + 1);
      }
    }, CALM);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [curve, isFree]);
  return points;
}

/** The curve: click a point to go there. */
export function Rate({ curve, spec, sides, enclosure, isFree, formula, onChange }: RateProps) {
  const predict = useContext(PredictFirst);
  const points = usePoints(curve, spec, isFree && !predict);
  if (predict) return <p><small>The curve of the error is hidden while you predict.</small></p>;
  const shown = new Map(points);
  if (enclosure) shown.set(sides, enclosure);
  const list = [...shown].filter(([, { near }]) => near[1] !== null).sort(([a], [b]) => a - b);
  const tops = list.map(([, { near }]) => near[1]!).filter((value) => value > 0);
  const by = formula ? [FEWEST, MOST].map(formula) : [];
  const highest = Math.max(...tops.slice(0, 3), ...by, 1e-2);
  const lowest = Math.min(...tops, ...by.filter((value) => value > 0), highest / 30);
  const [high, low] = [Math.ceil(Math.log10(highest * 1.2)), Math.floor(Math.log10(Math.max(lowest, highest * 1e-6)))];
  const down = (value: number) => {
    const share = value > 0 ? (high - Math.log10(value)) / (high - low) : 1;
    return TOP + (BOTTOM - TOP) * Math.min(Math.max(share, 0), 1);
  };
  const decades = Array.from({ length: high - low + 1 }, (_, k) => low + k);
  const line = formula && Array.from({ length: MOST - FEWEST + 1 }, (_, k) => k + FEWEST)
    .map((n) => `${across(n).toFixed(1)},${down(formula(n)).toFixed(1)}`).join(" ");
  return (
    <figure class="picture rate">
      <svg viewBox="0 0 610 300" role="group" aria-label="Misclassified area against the number of sides">
        {decades.map((decade) => (
          <g key={decade}>
            <line class="grid" x1={LEFT} x2={RIGHT} y1={down(10 ** decade)} y2={down(10 ** decade)} />
            <text x={LEFT - 8} y={down(10 ** decade) + 4} text-anchor="end">{decimal(decade)}</text>
          </g>
        ))}
        {SIDES.map((n) => <text key={n} x={across(n)} y={BOTTOM + 20} text-anchor="middle">{n}</text>)}
        <text x={(LEFT + RIGHT) / 2} y={BOTTOM + 44} text-anchor="middle">number of sides</text>
        {line && <polyline class="theory" points={line} />}
        {list.map(([n, { near, lower, upper, is_exact }]) => (
          <g
            key={n} class={n === sides ? "point here" : "point"} role="button" tabindex={0} aria-pressed={n === sides}
            aria-label={`${n} sides: ${is_exact ? `exactly ${lower}` : `between ${lower} and ${upper}`}`}
            onClick={() => onChange(n)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              onChange(n);
            }}
          >
            <title>{`n = ${n}: ${is_exact ? `exactly ${lower}` : `${lower} to ${upper}`}`}</title>
            <rect class="target" x={across(n) - 13} width={26} y={TOP} height={BOTTOM - TOP + 26} />
            <line x1={across(n)} x2={across(n)} y1={down(near[0])} y2={down(near[1]!)} />
            <circle cx={across(n)} cy={down(near[1]!)} r={n === sides ? 6 : 4} />
          </g>
        ))}
      </svg>
      <figcaption>
        <small>
          Misclassified area. Each dot is a certified upper bound, and the bar below it ends at the certified lower bound.
          {formula && " The dashed curve is the formula."} Choose a dot to go there. Both axes are logarithmic.
        </small>
      </figcaption>
    </figure>
  );
}

/** A power of ten without an exponent. */
function decimal(power: number): string {
  return power >= 0 ? String(10 ** power) : (10 ** power).toFixed(-power);
}
