// A small network with weights as floats, as it is drawn while training is played: sampled, and not certified.

/** Inputs, and the units and the activation of each layer. */
export interface Shape {
  inputs: string[];
  layers: { units: number; activation: string }[];
}

/** The weights of one unit, and its bias. */
export interface Row {
  weights: number[];
  bias: number;
}

/** The rows of a layer; `flat` has layer after layer, the weights row by row and then the biases. */
export function rows(shape: Shape, flat: ArrayLike<number>, layer: number): Row[] {
  let width = shape.inputs.length;
  let start = 0;
  for (let before = 0; before < layer; before += 1) {
    const { units } = shape.layers[before]!;
    start += (width + 1) * units;
    width = units;
  }
  const { units } = shape.layers[layer]!;
  return Array.from({ length: units }, (_, unit) => ({
    weights: Array.from({ length: width }, (_, k) => flat[start + unit * width + k] ?? 0),
    bias: flat[start + units * width + unit] ?? 0,
  }));
}

const ACTIVATIONS: Record<string, (sum: number) => number> = {
  sigmoid: (sum) => 1 / (1 + Math.exp(-sum)),
  tanh: Math.tanh,
  relu: (sum) => (sum > 0 ? sum : 0),
  heaviside: (sum) => (sum >= 0 ? 1 : 0),
  identity: (sum) => sum,
};

/** The first output as a function of two inputs. */
export function output(shape: Shape, flat: ArrayLike<number>): (x: number, y: number) => number {
  const layers = shape.layers.map(({ activation }, place) => ({
    rows: rows(shape, flat, place), apply: ACTIVATIONS[activation] ?? ((sum: number) => sum),
  }));
  return (x, y) => {
    let values = [x, y];
    for (const { rows, apply } of layers) {
      const next = new Array<number>(rows.length);
      for (let unit = 0; unit < rows.length; unit += 1) {
        const { weights, bias } = rows[unit]!;
        let sum = bias;
        for (let k = 0; k < weights.length; k += 1) sum += weights[k]! * values[k]!;
        next[unit] = apply(sum);
      }
      values = next;
    }
    return values[0]!;
  };
}

/** A box: from, to, for x and for y. */
export type Box = readonly [readonly [number, number], readonly [number, number]];

/** The part in a box of the line where a x + b y + c = 0; `undefined` without one. */
export function lineIn(box: Box, [a, b, c]: readonly [number, number, number]): [[number, number], [number, number]] | undefined {
  const [[left, right], [low, high]] = box;
  const corners = [[left, low], [right, low], [right, high], [left, high]] as const;
  const found: [number, number][] = [];
  corners.forEach((from, place) => {
    const to = corners[(place + 1) % 4]!;
    const [before, after] = [a * from[0] + b * from[1] + c, a * to[0] + b * to[1] + c];
    if ((before < 0) === (after < 0)) return;
    const t = before / (before - after);
    found.push([from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]);
  });
  return found.length === 2 ? [found[0]!, found[1]!] : undefined;
}

/**
 * The region where a function is at least a threshold, from its values on a grid of so many steps along each side, as the
 * paths of its inside and of its edge. `at` gives the place on the sheet of a place in the box, from 0 to 1. What is
 * thinner than a step may be missing.
 */
export function decision(
  box: Box, f: (x: number, y: number) => number, threshold: number, at: (u: number, v: number) => readonly [number, number],
  grid: number,
): { inside: string; edge: string } {
  const [[left, right], [low, high]] = box;
  const size = grid + 1;
  const value = (u: number, v: number) => f(left + (right - left) * u / grid, low + (high - low) * v / grid) - threshold;
  const values = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1) {
    for (let i = 0; i < size; i += 1) values[j * size + i] = value(i, j);
  }
  let inside = "";
  let edge = "";
  const point = (u: number, v: number) => {
    const [x, y] = at(u / grid, v / grid);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  for (let j = 0; j < grid; j += 1) {
    let run = -1;
    const end = (i: number) => {
      if (run >= 0) inside += `M${point(run, j)}L${point(i, j)}L${point(i, j + 1)}L${point(run, j + 1)}z`;
      run = -1;
    };
    for (let i = 0; i < grid; i += 1) {
      const corners = [
        [i, j, values[j * size + i]!], [i + 1, j, values[j * size + i + 1]!],
        [i + 1, j + 1, values[(j + 1) * size + i + 1]!], [i, j + 1, values[(j + 1) * size + i]!],
      ] as const;
      const count = corners.filter(([, , here]) => here >= 0).length;
      if (count === 4) {
        if (run < 0) run = i;
        continue;
      }
      end(i);
      if (count === 0) continue;
      // Around the cell: its corners inside, and the places where the sign changes.
      const around: string[] = [];
      const crossings: string[] = [];
      corners.forEach(([u, v, here], place) => {
        const [nextU, nextV, next] = corners[(place + 1) % 4]!;
        if (here >= 0) around.push(point(u, v));
        if ((here >= 0) !== (next >= 0)) {
          // By halves: steep units leave nothing to interpolate.
          let [from, to] = [0, 1];
          for (let halves = 0; halves < 5; halves += 1) {
            const t = (from + to) / 2;
            if ((value(u + t * (nextU - u), v + t * (nextV - v)) >= 0) === (here >= 0)) from = t;
            else to = t;
          }
          const t = (from + to) / 2;
          const crossing = point(u + t * (nextU - u), v + t * (nextV - v));
          around.push(crossing);
          crossings.push(crossing);
        }
      });
      inside += `M${around.join("L")}z`;
      for (let k = 0; k + 1 < crossings.length; k += 2) edge += `M${crossings[k]}L${crossings[k + 1]}`;
    }
    end(grid);
  }
  return { inside, edge };
}
