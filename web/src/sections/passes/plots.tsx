// Two small pictures: the loss after a step of each length, and how good central differences are.

import { few } from "./walk.ts";

interface PlotProps {
  title: string;
  /** What the picture shows, in words. */
  about: string;
  xName: string;
  yName: string;
  points: [number, number][];
  /** Equal steps are equal factors, or equal numbers. */
  isLogX?: boolean;
  isLogY?: boolean;
  /** A place on the curve. */
  mark?: [number, number] | undefined;
  /** A height to compare with. */
  level?: number | undefined;
}

const [WIDTH, HEIGHT] = [360, 220];
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 12, 12, 40];

/** Powers of ten between two numbers, not too many. */
function powers(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first) / 4));
  const found: number[] = [];
  for (let power = first; power <= last; power += step) found.push(10 ** power);
  return found;
}

/** Three places on an axis of equal numbers. */
const thirds = (low: number, high: number) => [low, (low + high) / 2, high];

/** A curve. */
export function Plot({ title, about, xName, yName, points, isLogX = true, isLogY = false, mark, level }: PlotProps) {
  const drawn = points.filter(([, y]) => Number.isFinite(y) && (!isLogY || y > 0));
  if (drawn.length < 2) return null;
  const all = [...drawn.map(([, y]) => y), ...(level === undefined ? [] : [level])];
  const [low, high] = isLogY ? [Math.min(...all), Math.max(...all)] : [0, Math.max(...all) * 1.05 || 1];
  const [first, last] = [drawn[0]![0], drawn[drawn.length - 1]![0]];
  const along = (value: number, from: number, to: number, isLog: boolean) => (
    isLog ? Math.log(value / from) / Math.log(to / from || 1) : (value - from) / (to - from || 1)
  );
  const x = (value: number) => LEFT + (WIDTH - LEFT - RIGHT) * along(value, Math.min(first, last), Math.max(first, last), isLogX);
  const y = (value: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * along(value, low, high, isLogY);
  const yTicks = isLogY ? powers(low, high) : [0, high / 2.1, high / 1.05];
  const path = drawn.map(([a, b], k) => `${k ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const id = `plot-${xName.replace(/\W/g, "")}`;
  return (
    <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={`${id}-title ${id}-desc`}>
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{about}</desc>
      {(isLogX ? powers : thirds)(Math.min(first, last), Math.max(first, last)).map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={HEIGHT - BOTTOM} class="grid" />
          <text x={x(tick)} y={HEIGHT - BOTTOM + 16}>{few(tick).replace("1·10", "10")}</text>
        </g>
      ))}
      {yTicks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} class="grid" />
          <text x={LEFT - 6} y={y(tick) + 4} class="end">{few(Number(tick.toPrecision(2))).replace("1·10", "10")}</text>
        </g>
      ))}
      {level !== undefined && <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(level)} y2={y(level)} class="level" />}
      <path d={path} />
      {mark && Number.isFinite(mark[1]) && <circle cx={x(mark[0])} cy={y(Math.min(mark[1], high))} r="6" />}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6}>{xName}</text>
      <text transform={`translate(12 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`}>{yName}</text>
    </svg>
  );
}
