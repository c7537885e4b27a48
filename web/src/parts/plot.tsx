// Plots that follow a finger: axes in pixels of the screen, so that letters keep their size on a phone.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, RefObject } from "preact";

/** From values to pixels and back. */
export interface Axis {
  low: number;
  high: number;
  /** The pixels of the two ends. */
  from: number;
  to: number;
  isLog: boolean;
}

export function axis(low: number, high: number, from: number, to: number, isLog = false): Axis {
  return { low, high, from, to, isLog };
}

/** The pixel of a value. */
export function at({ low, high, from, to, isLog }: Axis, value: number): number {
  const part = isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return from + part * (to - from);
}

/** The value of a pixel. */
export function back({ low, high, from, to, isLog }: Axis, pixel: number): number {
  const part = (pixel - from) / (to - from);
  return isLog ? low * (high / low) ** part : low + part * (high - low);
}

/** A few round numbers from the low to the high end of an axis. */
export function ticks(low: number, high: number, about = 5): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const found = [];
  for (let i = first; i * step <= high + step * 1e-9 && found.length < 50; i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** Powers of ten; where these are few, also 2 and 5 times them. */
export function logTicks(low: number, high: number): number[] {
  if (!(low > 0 && high > low && Number.isFinite(high))) return [];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(Math.ceil((last - first) / 7), 1);
  const factors = high <= 200 * low ? [1, 2, 5] : [1];
  const found = [];
  for (let power = first; power <= last; power += 1) {
    if ((power - first) % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
  }
  return found;
}

const UPPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number at an axis: a minus sign, and powers of ten where the decimals would be long. */
export function label(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) {
    const power = Math.floor(Math.log10(size) + 1e-9);
    const factor = Number((value / 10 ** power).toPrecision(3));
    const digits = [...String(Math.abs(power))].map((digit) => UPPER[Number(digit)]).join("");
    return `${factor === 1 ? "" : `${factor}·`}10${power < 0 ? "⁻" : ""}${digits}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** The width of an element in pixels; it changes with the window. */
export function useWidth(start: number): [RefObject<HTMLDivElement>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = () => setWidth(Math.max(Math.round(element.clientWidth), 120));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

/** A line through points; it is interrupted where a value is not finite. */
export function path(points: readonly (readonly [number, number])[], x: Axis, y: Axis): string {
  let text = "";
  let isDown = false;
  for (const [a, b] of points) {
    const [px, py] = [at(x, a), at(y, b)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      isDown = false;
      continue;
    }
    text += `${isDown ? "L" : "M"}${px.toFixed(1)} ${Math.min(Math.max(py, -9999), 9999).toFixed(1)}`;
    isDown = true;
  }
  return text;
}

interface AxesProps {
  x: Axis;
  y: Axis;
  xName: string;
  yName: string;
  /** Ticks of x that are wanted; by default some are chosen. */
  xTicks?: number[];
}

/** A frame with ticks and names. */
export function Axes({ x, y, xName, yName, xTicks }: AxesProps): ComponentChildren {
  const chosen = (of: Axis, about: number) => (of.isLog ? logTicks(of.low, of.high) : ticks(of.low, of.high, about));
  const [left, right, top, bottom] = [x.from, x.to, y.to, y.from];
  return (
    <g class="axes">
      {(xTicks ?? chosen(x, Math.max(Math.round((right - left) / 80), 2))).map((value) => (
        <g key={value}>
          <line class="grid" x1={at(x, value)} x2={at(x, value)} y1={top} y2={bottom} />
          <text x={at(x, value)} y={bottom + 16} text-anchor="middle">{label(value)}</text>
        </g>
      ))}
      {chosen(y, Math.max(Math.round((bottom - top) / 45), 2)).map((value) => (
        <g key={value}>
          <line class="grid" x1={left} x2={right} y1={at(y, value)} y2={at(y, value)} />
          <text x={left - 6} y={at(y, value) + 4} text-anchor="end">{label(value)}</text>
        </g>
      ))}
      <rect class="frame" x={left} y={top} width={Math.max(right - left, 0)} height={Math.max(bottom - top, 0)} />
      <text class="name" x={(left + right) / 2} y={bottom + 34} text-anchor="middle">{xName}</text>
      <text class="name" x={left} y={top - 8} text-anchor="start">{yName}</text>
    </g>
  );
}
