// Small pictures of one curve: the loss after a step of each length, the loss step by step, the check for each h.

import { useId } from "preact/hooks";
import { Axes, at, axis, path, useWidth } from "../../parts/plot.tsx";

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

const HEIGHT = 230;
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 14, 26, 44];

/** A curve. */
export function Plot({ title, about, xName, yName, points, isLogX = true, isLogY = false, mark, level }: PlotProps) {
  const id = useId();
  const [place, width] = useWidth(340);
  const drawn = points.filter(([, y]) => Number.isFinite(y) && (!isLogY || y > 0));
  const xs = drawn.map(([x]) => x);
  const ys = [...drawn.map(([, y]) => y), ...(level === undefined ? [] : [level])];
  const x = axis(Math.min(...xs), Math.max(...xs), LEFT, width - RIGHT, isLogX);
  const top = Math.max(...ys);
  const y = axis(isLogY ? Math.min(...ys) : 0, isLogY ? top : top * 1.05 || 1, HEIGHT - BOTTOM, TOP, isLogY);
  const isShown = drawn.length > 1;
  return (
    <div ref={place} class="plot">
      {isShown && <svg width={width} height={HEIGHT} role="img" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`}>
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>{about}</desc>
        <Axes x={x} y={y} xName={xName} yName={yName} />
        {level !== undefined && <line class="level" x1={LEFT} x2={width - RIGHT} y1={at(y, level)} y2={at(y, level)} />}
        <path class="curve" d={path(drawn, x, y)} />
        {mark && Number.isFinite(mark[1]) && <circle cx={at(x, mark[0])} cy={at(y, Math.min(mark[1], y.high))} r="6" />}
      </svg>}
    </div>
  );
}
