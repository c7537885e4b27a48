// Where the plane is at each moment: projections of the units' values, and the ways between them.

/** A layer as Steeple tells it. */
export interface Layer {
  activation: string;
  rows: number;
  units: number;
  /** For each row the weights, and then the bias. */
  weights: number[][];
  /** For each place the sums, and then the values of the units; `null` where there is none. */
  sums: (number | null)[];
  values: (number | null)[];
}

/** The answer to the question `bend`: a grid, places on the edge of the region, and labelled points, in this order. */
export interface Bent {
  columns: number;
  cells: (boolean | null)[];
  split: { cell: number; parts: [boolean, number[]][]; edges: [number, number][] }[];
  labels: boolean[];
  grid: number;
  edge: number;
  inputs: string[];
  start: (number | null)[];
  layers: Layer[];
  threshold: number;
}

/** How a hidden layer is looked at: two rows that make two coordinates of many. */
export interface View {
  before: number[][];
  after: number[][];
  /** Are both coordinates drawn in one scale? */
  isTrue: boolean;
  namesBefore: [string, string];
  namesAfter: [string, string];
}

/** A line a u + b v + c = 0 in a view. */
export type Line = [number, number, number];

/** The plane at one moment of rest. */
export interface State {
  /** "Inputs", "Layer 1: sums", "Layer 1: sigmoid". */
  name: string;
  axes: [string, string];
  /** Two coordinates for each place, one after another. */
  places: Float64Array;
  /** What is in view: the middle, and half the width and height. */
  middle: [number, number];
  reach: [number, number];
  /** Where units of the next layer switch, or where their sum is 0. */
  lines: Line[];
  /** Where the output decides. */
  cut: Line | undefined;
}

/** Which units to look at, or `undefined` for the view that is best for the next layer. */
export type Pair = [number, number] | undefined;

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** The places of a layer, of so many coordinates, in two of a view. */
function projected(values: (number | null)[], width: number, rows: number[][]): Float64Array {
  const count = width ? values.length / width : 0;
  const places = new Float64Array(2 * count);
  for (let i = 0; i < count; i += 1) {
    for (let axis = 0; axis < 2; axis += 1) {
      let sum = 0;
      const row = rows[axis]!;
      for (let k = 0; k < width; k += 1) if (row[k]) sum += row[k]! * (values[i * width + k] ?? NaN);
      places[2 * i + axis] = sum;
    }
  }
  return places;
}

/** The direction in which values spread most, at right angles to the known ones. */
function widest(values: (number | null)[], width: number, known: number[][]): number[] {
  const count = values.length / width;
  const mean = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += values[i * width + k] ?? 0;
    return sum / count;
  });
  let direction = Array.from({ length: width }, (_, k) => 1 + (k * 7 + known.length * 3) % 5);
  for (let turn = 0; turn < 60; turn += 1) {
    for (const other of known) {
      const share = dot(direction, other);
      direction = direction.map((value, k) => value - share * other[k]!);
    }
    const size = Math.hypot(...direction);
    if (size < 1e-12) break;
    direction = direction.map((value) => value / size);
    if (turn === 59) break;
    const next = new Array<number>(width).fill(0);
    for (let i = 0; i < count; i += 1) {
      let share = 0;
      for (let k = 0; k < width; k += 1) share += direction[k]! * ((values[i * width + k] ?? 0) - mean[k]!);
      for (let k = 0; k < width; k += 1) next[k]! += share * ((values[i * width + k] ?? 0) - mean[k]!);
    }
    if (Math.hypot(...next) < 1e-12) break;
    direction = next;
  }
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

/** The level of the output's sum from which on the network says "inside"; `undefined` where there is none. */
function level(activation: string, threshold: number): number | undefined {
  if (activation === "identity") return threshold;
  if (activation === "heaviside") return threshold > 0 && threshold <= 1 ? 0 : undefined;
  if (activation === "sigmoid") return threshold > 0 && threshold < 1 ? Math.log(threshold / (1 - threshold)) : undefined;
  return undefined;
}

/** The weights and the constant of a sum as a line in a view; `undefined` if the view does not show it as one. */
export function lineIn(rows: number[][], weights: readonly number[], constant: number): Line | undefined {
  const [u, v] = rows as [number[], number[]];
  const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
  const [wu, wv] = [dot(weights, u), dot(weights, v)];
  const determinant = uu * vv - uv * uv;
  let [a, b] = [uu ? wu / uu : 0, 0];
  if (Math.abs(determinant) > 1e-12 * uu * vv) {
    a = (wu * vv - wv * uv) / determinant;
    b = (wv * uu - wu * uv) / determinant;
  }
  const rest = Math.hypot(...weights.map((weight, k) => weight - a * u[k]! - b * v[k]!));
  const size = Math.hypot(...weights);
  return size > 0 && rest < 1e-4 * size ? [a, b, constant] : undefined;
}

/** The two directions in which values spread most. */
function twoWidest(values: (number | null)[], width: number): number[][] {
  const first = widest(values, width, []);
  return [first, widest(values, width, [first])];
}

/**
 * Turns (and mirrors) the rows of a view, so that the places lie as much as possible as they did before. With
 * `isFixed`, the first row stays.
 */
function turned(rows: number[][], places: Float64Array, before: Float64Array, isFixed: boolean): number[][] {
  const count = places.length / 2;
  const mean = (all: Float64Array, axis: number) => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += all[2 * i + axis]!;
    return sum / count;
  };
  const together = (a: number, b: number) => {
    const [p, q] = [mean(places, a), mean(before, b)];
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += (places[2 * i + a]! - p) * (before[2 * i + b]! - q);
    return sum;
  };
  const [u, v] = rows as [number[], number[]];
  const mixed = (a: number, b: number) => u.map((value, k) => a * value + b * v[k]!);
  const [xx, xy, yx, yy] = [together(0, 0), together(0, 1), together(1, 0), together(1, 1)];
  if (![xx, xy, yx, yy].every(Number.isFinite)) return rows;
  if (isFixed) return yy < 0 ? [u, mixed(0, -1)] : rows;
  const isMirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const angle = isMirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return isMirrored ? [mixed(cos, sin), mixed(sin, -cos)] : [mixed(cos, -sin), mixed(sin, cos)];
}

/** A view of a hidden layer of two or more units; `isFree`: its axes can be turned. */
function viewOf(layer: Layer, next: Layer, isLast: boolean, pair: Pair): View & { isFree: boolean } {
  const { units } = layer;
  const axis = (k: number) => Array.from({ length: units }, (_, i) => (i === k ? 1 : 0));
  const named = (first: number, second: number, isTrue: boolean) => {
    const rows = [axis(first), axis(second)];
    return {
      before: rows, after: rows, isTrue, isFree: false,
      namesBefore: [`sum of unit ${first + 1}`, `sum of unit ${second + 1}`] as [string, string],
      namesAfter: [`unit ${first + 1}`, `unit ${second + 1}`] as [string, string],
    };
  };
  if (units === 2) return named(0, 1, true);
  if (pair) return named(Math.min(pair[0], units - 1), Math.min(pair[1], units - 1), false);
  const widestNames: [string, string] = ["the widest direction", "the next widest"];
  const weights = next.weights[0]!.slice(0, -1);
  const size = Math.hypot(...weights);
  const before = twoWidest(layer.sums, units);
  if (!isLast || size === 0) {
    const after = twoWidest(layer.values, units);
    return { before, after, isTrue: true, isFree: true, namesBefore: widestNames, namesAfter: widestNames };
  }
  const first = weights.map((weight) => weight / size);
  return {
    before, after: [first, widest(layer.values, units, [first])], isTrue: false, isFree: true,
    namesBefore: widestNames, namesAfter: ["what the output adds up", "the widest direction across it"],
  };
}

/** A view of a layer of one unit, and the first input. */
function alone(input: string): View & { isFree: boolean } {
  const rows = [[1], [0]];
  return { before: rows, after: rows, isTrue: false, isFree: false, namesBefore: ["sum of unit 1", input], namesAfter: ["unit 1", input] };
}

/** The middle and half of the extent of places. */
function extent(places: Float64Array, count: number, isTrue: boolean): Pick<State, "middle" | "reach"> {
  const ends = [0, 1].map((axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < count; i += 1) {
      const value = places[2 * i + axis]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] as const : [-1, 1] as const;
  });
  const middle = ends.map(([low, high]) => (low + high) / 2) as [number, number];
  let reach = ends.map(([low, high]) => Math.max((high - low) / 2 * 1.08, 1e-9)) as [number, number];
  if (isTrue) reach = [Math.max(...reach), Math.max(...reach)];
  return { middle, reach };
}

/** All moments of rest: the inputs, and each hidden layer before and after its activation. */
export function states(bent: Bent, given: View[] | undefined, pair: Pair): State[] {
  const count = bent.grid;
  const [hidden, output] = [bent.layers.slice(0, -1), bent.layers[bent.layers.length - 1]!];
  const at = level(output.activation, bent.threshold);
  const cutIn = (rows: number[][]) => {
    const row = output.weights[0]!;
    return at === undefined ? undefined : lineIn(rows, row.slice(0, -1), row[row.length - 1]! - at);
  };
  const linesIn = (rows: number[][], next: Layer | undefined) => {
    if (!next || next === output || next.activation === "identity") return [];
    return next.weights.flatMap((row) => {
      const line = lineIn(rows, row.slice(0, -1), row[row.length - 1]!);
      return line ? [line] : [];
    });
  };
  const plane = [[1, 0], [0, 1]];
  const start = projected(bent.start, 2, plane);
  const all: State[] = [{
    name: "the inputs", axes: [bent.inputs[0]!, bent.inputs[1]!], places: start, ...extent(start, count, true),
    lines: linesIn(plane, hidden[0]), cut: undefined,
  }];
  hidden.forEach((layer, l) => {
    const next = bent.layers[l + 1]!;
    const isLast = next === output;
    const isAlone = layer.units === 1;
    const known = pair && layer.units > 2 ? undefined : given?.[l];
    const view = known ? { ...known, isFree: false } : isAlone ? alone(bent.inputs[0]!) : viewOf(layer, next, isLast, pair);
    const seen = (values: (number | null)[], width: number, rows: number[][]) => {
      const places = projected(values, width, rows);
      // One unit has one coordinate: the first input is the other.
      if (isAlone) for (let i = 0; i < places.length / 2; i += 1) places[2 * i + 1] = start[2 * i]!;
      return places;
    };
    const moved = (values: (number | null)[], width: number, rows: number[][], isFixed: boolean) => {
      const turn = view.isFree
        ? turned(rows, seen(values, width, rows), all[all.length - 1]!.places, isFixed) : rows;
      return { rows: turn, places: seen(values, width, turn) };
    };
    const sums = moved(layer.sums, layer.rows, view.before, false);
    all.push({
      name: `layer ${l + 1}, before its activation`, axes: view.namesBefore, places: sums.places,
      ...extent(sums.places, count, view.isTrue || view.isFree), lines: [], cut: undefined,
    });
    const { rows, places } = moved(layer.values, layer.units, view.after, !view.isTrue);
    all.push({
      name: `layer ${l + 1}, after ${layer.activation}`, axes: view.namesAfter, places, ...extent(places, count, view.isTrue),
      lines: linesIn(rows, next), cut: isLast ? cutIn(rows) : undefined,
    });
  });
  return all;
}

/** The places at a moment, between -1 and 1 where they are in view: `moment` is the number of a state, or between two. */
export function placesAt(all: State[], moment: number): Float64Array {
  const from = all[Math.min(Math.floor(moment), all.length - 1)]!;
  const to = all[Math.min(Math.floor(moment) + 1, all.length - 1)]!;
  const passed = moment - Math.floor(moment);
  // Slow at both ends.
  const share = passed * passed * (3 - 2 * passed);
  const places = new Float64Array(from.places.length);
  for (let i = 0; i < places.length; i += 1) {
    const axis = i % 2;
    const start = (from.places[i]! - from.middle[axis]!) / from.reach[axis]!;
    const end = (to.places[i]! - to.middle[axis]!) / to.reach[axis]!;
    places[i] = start + share * (end - start);
  }
  return places;
}

/** The part of a line in view, as two ends between -1 and 1. */
export function ends(line: Line, { middle, reach }: State): [number, number, number, number] | undefined {
  const [a, b, c] = [line[0] * reach[0], line[1] * reach[1], line[2] + line[0] * middle[0] + line[1] * middle[1]];
  const found: [number, number][] = [];
  for (const end of [-1, 1]) {
    if (b !== 0 && Math.abs((a * end + c) / b) <= 1) found.push([end, -(a * end + c) / b]);
    if (a !== 0 && Math.abs((b * end + c) / a) <= 1) found.push([-(b * end + c) / a, end]);
  }
  const first = found[0];
  const last = first && found.find(([x, y]) => Math.hypot(x - first[0], y - first[1]) > 1e-9);
  return first && last ? [...first, ...last] : undefined;
}
