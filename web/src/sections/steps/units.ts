// A sum of steps, as the page draws it. Estimates: the certified figure comes from Steeple.

/** The answer to the question `steps`. */
export interface Told {
  activation: string;
  /** The activation of the output. */
  output: string;
  /** Weight, bias and height of each step. */
  units: [number, number, number][];
  constant: number;
  domain: [number, number];
  /** Places, and values of the target; `null` where there is none. */
  target: [number, number | null][];
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** A unit before its height. */
export function activation(name: string, z: number): number {
  switch (name) {
    case "heaviside": return z >= 0 ? 1 : 0;
    case "tanh": return Math.tanh(z);
    case "relu": return Math.max(z, 0);
    case "sigmoid": return sigmoid(z);
    default: return z;
  }
}

/** The network at a place. */
export function sum({ activation: name, output, units, constant }: Told, x: number): number {
  const total = units.reduce((so, [weight, bias, height]) => so + height * activation(name, weight * x + bias), constant);
  return activation(output, total);
}

/** Places for a picture: even ones, and close ones where steps are. */
export function places({ units, domain: [low, high], activation: name }: Told, even: number): number[] {
  const found = Array.from({ length: even + 1 }, (_, i) => low + ((high - low) * i) / even);
  for (const [weight, bias] of units) {
    if (weight === 0) continue;
    const centre = -bias / weight;
    const reach = name === "heaviside" ? (high - low) * 1e-7 : 1 / Math.abs(weight);
    const offsets = name === "heaviside" ? [1] : [0, 0.7, 1.5, 2.5, 4, 6];
    for (const offset of offsets) found.push(centre - offset * reach, centre + offset * reach);
  }
  return found.filter((x) => x >= low && x <= high).sort((a, b) => a - b);
}

/** One step as a curve: with height 0 on its lower side, the same for all activations. */
export function one(told: Told, i: number, xs: number[]): [number, number][] {
  const [weight, bias, height] = told.units[i]!;
  const below = told.activation === "tanh" ? 1 : 0;
  return xs.map((x) => [x, height * (activation(told.activation, weight * x + bias) + below)]);
}
