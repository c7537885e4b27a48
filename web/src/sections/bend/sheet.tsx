// The plane as a sheet, at one moment.

import { useMemo } from "preact/hooks";
import { signed } from "../../parts/controls.tsx";
import { ends, placesAt, type Bent, type State } from "./moves.ts";

const SIZE = 520;
const LEFT = 70;
const TOP = 48;

/** Colours on white paper, for saved files. */
const PAPER: Record<string, string> = {
  text: "#1b1b1f", soft: "#5b5b63", line: "#d5d5dc", page: "#ffffff", inside: "#86b8dc", outside: "#f6e3c2", edge: "#0b4a80", unit: "#b4640a",
};

const tenths = (value: number) => (Number.isFinite(value) ? Math.round(value * 10) / 10 : 0);

/** Corners of parts of the sheet, by what they are. */
interface Parts {
  inside: number[][];
  outside: number[][];
  edges: [number, number][];
  threads: number[][];
}

/** The parts of the sheet: cells of the grid, those on the edge of the region in pieces, and every fourth line. */
function partsOf(bent: Bent): Parts {
  const { columns, grid } = bent;
  const split = new Map(bent.split.map((cell) => [cell.cell, cell]));
  const parts: Parts = { inside: [], outside: [], edges: [], threads: [] };
  const rows = grid / columns;
  for (let j = 0; j + 1 < rows; j += 1) {
    for (let i = 0; i + 1 < columns; i += 1) {
      const cell = j * (columns - 1) + i;
      const pieces = split.get(cell);
      if (pieces) {
        for (const [isInside, corners] of pieces.parts) parts[isInside ? "inside" : "outside"].push(corners);
        // Places on the edge come after the grid.
        for (const [a, b] of pieces.edges) parts.edges.push([grid + a, grid + b]);
      } else {
        const a = j * columns + i;
        parts[bent.cells[cell] ? "inside" : "outside"].push([a, a + 1, a + columns + 1, a + columns]);
      }
    }
  }
  for (let k = 0; k < columns; k += 4) {
    parts.threads.push(Array.from({ length: rows }, (_, j) => j * columns + k));
    parts.threads.push(Array.from({ length: columns }, (_, i) => k * columns + i));
  }
  return parts;
}

/** All paths of a moment. */
function paths(bent: Bent, parts: Parts, places: Float64Array) {
  const x = new Float64Array(places.length / 2);
  const y = new Float64Array(places.length / 2);
  for (let i = 0; i < x.length; i += 1) {
    x[i] = tenths(LEFT + (places[2 * i]! + 1) / 2 * SIZE);
    y[i] = tenths(TOP + (1 - places[2 * i + 1]!) / 2 * SIZE);
  }
  // All polygons turn the same way: where the sheet lies on itself, it has no holes.
  const polygons = (all: number[][]) => {
    let path = "";
    for (const corners of all) {
      let turn = 0;
      for (let k = 0; k < corners.length; k += 1) {
        const [p, q] = [corners[k]!, corners[(k + 1) % corners.length]!];
        turn += x[p]! * y[q]! - x[q]! * y[p]!;
      }
      const n = corners.length;
      for (let k = 0; k < n; k += 1) {
        const p = corners[turn < 0 ? n - 1 - k : k]!;
        path += `${k ? "L" : "M"}${x[p]} ${y[p]}`;
      }
      path += "Z";
    }
    return path;
  };
  const lines = (all: readonly (readonly number[])[]) => {
    let path = "";
    for (const line of all) line.forEach((p, k) => {
      path += `${k ? "L" : "M"}${x[p]} ${y[p]}`;
    });
    return path;
  };
  const first = bent.grid + bent.edge;
  const dots = (wanted: boolean) => bent.labels.map((label, k) => (label === wanted ? `M${x[first + k]} ${y[first + k]}h0` : "")).join("");
  return {
    inside: polygons(parts.inside), outside: polygons(parts.outside), edge: lines(parts.edges), threads: lines(parts.threads),
    dotsInside: dots(true), dotsOutside: dots(false),
  };
}

interface SheetProps {
  bent: Bent;
  all: State[];
  /** The number of a state, or between two. */
  moment: number;
  /** What the moment shows, in a sentence. */
  said: string;
}

/** The picture of a moment. */
export function Sheet({ bent, all, moment, said }: SheetProps) {
  const parts = useMemo(() => partsOf(bent), [bent]);
  const drawn = paths(bent, parts, placesAt(all, moment));
  const isAtRest = Number.isInteger(moment);
  const state = all[Math.min(Math.round(moment), all.length - 1)]!;
  const at = (place: readonly [number, number, number, number]) => ({
    x1: LEFT + (place[0] + 1) / 2 * SIZE, y1: TOP + (1 - place[1]) / 2 * SIZE, x2: LEFT + (place[2] + 1) / 2 * SIZE, y2: TOP + (1 - place[3]) / 2 * SIZE,
  });
  const lines = isAtRest ? state.lines.flatMap((line) => {
    const place = ends(line, state);
    return place ? [at(place)] : [];
  }) : [];
  const cut = isAtRest && state.cut ? ends(state.cut, state) : undefined;
  const [low, high] = [-1, 1].map((side) => state.middle.map((middle, axis) => signed(middle + side * state.reach[axis]!)));
  const bottom = TOP + SIZE;
  return (
    <svg class="sheet" viewBox={`0 0 ${SIZE + LEFT + 20} ${bottom + 64}`} role="img" xmlns="http://www.w3.org/2000/svg" font-family="system-ui, Arial, sans-serif">
      <title>{`The plane, ${isAtRest ? state.name : `on the way to ${all[Math.floor(moment) + 1]?.name ?? state.name}`}`}</title>
      <desc>{said}</desc>
      <text x={LEFT} y="28" font-size="19" font-weight="600" fill="var(--text)">
        {isAtRest ? capital(state.name) : `To ${all[Math.floor(moment) + 1]?.name ?? ""}`}
      </text>
      <clipPath id="in-view"><rect x={LEFT} y={TOP} width={SIZE} height={SIZE} /></clipPath>
      <rect x={LEFT} y={TOP} width={SIZE} height={SIZE} fill="none" stroke="var(--line)" />
      <g clip-path="url(#in-view)" stroke-linejoin="round" fill="none">
        <path d={drawn.outside} fill="var(--outside)" fill-opacity="0.8" stroke="var(--outside)" stroke-width="0.6" />
        <path d={drawn.inside} fill="var(--inside)" fill-opacity="0.85" stroke="var(--inside)" stroke-width="0.6" />
        <path d={drawn.threads} stroke="var(--soft)" stroke-width="0.7" stroke-opacity="0.8" />
        <path d={drawn.edge} stroke="var(--edge)" stroke-width="1.8" />
        <g stroke-linecap="round">
          <path d={drawn.dotsOutside} stroke="var(--unit)" stroke-width="5.4" />
          <path d={drawn.dotsOutside} stroke="var(--page)" stroke-width="3" />
          <path d={drawn.dotsInside} stroke="var(--edge)" stroke-width="5" />
        </g>
        {lines.map((line, k) => <line key={k} {...line} stroke="var(--unit)" stroke-width="1.8" />)}
        {cut && <line {...at(cut)} stroke="var(--page)" stroke-width="5" />}
        {cut && <line {...at(cut)} stroke="var(--text)" stroke-width="2.4" stroke-dasharray="9 5" />}
      </g>
      {isAtRest && <g font-size="14" fill="var(--soft)">
        <text x={LEFT} y={bottom + 19}>{low![0]}</text>
        <text x={LEFT + SIZE} y={bottom + 19} text-anchor="end">{high![0]}</text>
        <text x={LEFT - 7} y={bottom} text-anchor="end">{low![1]}</text>
        <text x={LEFT - 7} y={TOP + 12} text-anchor="end">{high![1]}</text>
        <text x={LEFT + SIZE / 2} y={bottom + 20} text-anchor="middle" font-size="15" fill="var(--text)">{state.axes[0]}</text>
        <text transform={`translate(${LEFT - 22} ${TOP + SIZE / 2}) rotate(-90)`} text-anchor="middle" font-size="15" fill="var(--text)">{state.axes[1]}</text>
      </g>}
      <g font-size="14" fill="var(--text)">
        <rect x={LEFT} y={bottom + 38} width="18" height="14" fill="var(--inside)" />
        <text x={LEFT + 25} y={bottom + 50}>inside</text>
        <rect x={LEFT + 85} y={bottom + 38} width="18" height="14" fill="var(--outside)" />
        <text x={LEFT + 110} y={bottom + 50}>outside</text>
        {lines.length > 0 && <>
          <line x1={LEFT + 180} x2={LEFT + 204} y1={bottom + 45} y2={bottom + 45} stroke="var(--unit)" stroke-width="1.8" />
          <text x={LEFT + 210} y={bottom + 50}>a unit of the next layer switches here</text>
        </>}
        {cut && <>
          <line x1={LEFT + 180} x2={LEFT + 204} y1={bottom + 45} y2={bottom + 45} stroke="var(--text)" stroke-width="2.4" stroke-dasharray="9 5" />
          <text x={LEFT + 210} y={bottom + 50}>the output cuts here</text>
        </>}
      </g>
    </svg>
  );
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The picture that is shown, for white paper. */
export function onPaper(svg: SVGElement): string {
  const [, , width, height] = (svg.getAttribute("viewBox") ?? "0 0 610 632").split(" ");
  const paper = `<rect width="100%" height="100%" fill="#ffffff"/>`;
  return svg.outerHTML
    .replace("<svg ", `<svg width="${width}" height="${height}" `)
    .replace("</desc>", `</desc>${paper}`)
    .replace(/var\(--(\w+)\)/g, (_, name: string) => PAPER[name] ?? "#000000");
}
