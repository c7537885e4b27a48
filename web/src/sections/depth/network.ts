// Relu networks as rows of numbers: random ones, typed ones, and the files that Steeple reads.

/** For each unit its weights, and then its bias, as they are written. */
export type Layer = string[][];

/** Hidden layers, and then the output. */
export type Layers = Layer[];

/** The most hidden layers and units in a layer, where a user gives all weights. */
export const MOST_LAYERS = 3;
export const MOST_UNITS = 8;

/** Numbers between 0 and 1 that look random: the same for the same seed, on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A multiple of 1/16, as a decimal without rounding. */
const sixteenths = (value: number) => String(Math.round(value * 16) / 16 || 0);

/**
 * A random network on [-1, 1]².
 *
 * Each unit has random weights, multiples of 1/8, and the bias with which it switches near the image of a random
 * point of the square, so that its line is in view.
 */
export function randomLayers(widths: readonly number[], seed: number): Layers {
  const next = random(seed * 7919 + widths.length);
  const weight = () => Math.round((next() * 2 - 1) * 8) / 8 || 0.5;
  const layers: number[][][] = [];
  const image = (point: number[]) => layers.reduce((values, layer) => layer.map((row) => Math.max(sum(row, values), 0)), point);
  let below = 2;
  for (const width of widths) {
    const layer: number[][] = [];
    for (let unit = 0; unit < width; unit += 1) {
      const row = Array.from({ length: below }, weight);
      const place = image([next() * 1.6 - 0.8, next() * 1.6 - 0.8]);
      layer.push([...row, -sum([...row, 0], place)].map((value) => Number(sixteenths(value))));
    }
    layers.push(layer);
    below = width;
  }
  layers.push([[...Array.from({ length: below }, weight), 0]]);
  return layers.map((layer) => layer.map((row) => row.map((value) => String(value))));
}

function sum(row: readonly number[], values: readonly number[]): number {
  return values.reduce((total, value, i) => total + value * row[i]!, row[values.length]!);
}

/** Changes of single numbers, as a link carries them: `layer.unit.place=value`, all from 1. */
export type Changes = Record<string, string>;

export function readChanges(text: string): Changes {
  const changes: Changes = {};
  for (const part of text.split(" ")) {
    const [, place, value] = /^(\d\.\d\.\d)=(-?\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (place !== undefined && value !== undefined && value.length < 12) changes[place] = value;
  }
  return changes;
}

export function writeChanges(changes: Changes): string {
  return Object.entries(changes).map(([place, value]) => `${place}=${value}`).join(" ");
}

export const placeOf = (layer: number, unit: number, weight: number) => `${layer + 1}.${unit + 1}.${weight + 1}`;

/** The layers with their changes; those without a place in them are left out. */
export function changed(layers: Layers, changes: Changes): Layers {
  return layers.map((layer, l) => layer.map((row, u) => row.map((value, w) => changes[placeOf(l, u, w)] ?? value)));
}

/** What is wrong with a typed layer, and where, in characters. */
export class Mistyped extends Error {
  constructor(message: string, readonly start: number, readonly end: number) {
    super(message);
  }
}

/** A layer as a line: the numbers of a unit apart by spaces, units apart by semicolons. */
export function typed(layer: Layer): string {
  return layer.map((row) => row.join(" ")).join("; ");
}

/**
 * Reads such a line.
 *
 * - Throws: `Mistyped`.
 */
export function readLayer(text: string, inputs: number, mostUnits = MOST_UNITS): Layer {
  const layer: Layer = [];
  let start = 0;
  for (const part of text.split(";")) {
    const end = start + part.length;
    const found = [...part.matchAll(/[^\s,]+/g)];
    for (const word of found) {
      const from = start + word.index;
      const place = [from, from + word[0].length] as const;
      const number = word[0].replace("−", "-");
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(\/\d+)?$/.test(number)) {
        throw new Mistyped(`a weight is a number such as 1, -0.5 or 1/3, found ${word[0]}`, ...place);
      }
      if (number.length > 16) throw new Mistyped("a weight has at most 16 characters here", ...place);
      if (/\/0+$/.test(number)) throw new Mistyped("a fraction cannot be over 0", ...place);
    }
    if (found.length !== inputs + 1) {
      const needs = `unit ${layer.length + 1} needs ${inputs} weights and a bias, ${inputs + 1} numbers`;
      throw new Mistyped(`${needs}; found ${found.length}`, start, Math.max(end, start + 1));
    }
    layer.push(found.map(([word]) => word.replace("−", "-").replace(/^\+/, "").replace(/^(-?)\./, "$10.").replace(/\.(?=$|\/)/, "")));
    if (layer.length > mostUnits) {
      throw new Mistyped(mostUnits === 1 ? "there is one output" : `a layer has at most ${mostUnits} units here`, start, end);
    }
    start = end + 1;
  }
  return layer;
}

/** The network as a file, with relu units and the inputs x and y. */
export function file(layers: Layers): string {
  return JSON.stringify({
    steeple_network: 1, inputs: ["x", "y"], outputs: ["z"],
    layers: layers.map((layer, l) => ({
      activation: l + 1 < layers.length ? "relu" : "identity",
      weights: layer.map((row) => row.slice(0, -1)), bias: layer.map((row) => row[row.length - 1]),
    })),
  });
}

/** Units in layers, as equally as possible, the wider ones first. */
export function divided(units: number, layers: number): number[] {
  return Array.from({ length: layers }, (_, l) => Math.floor(units / layers) + (l < units % layers ? 1 : 0));
}

/** The number of regions that theorem T31 gives a folding network; a float, for choosing what to do. */
export function folded(widths: readonly number[], inputs: number): number {
  const last = widths[widths.length - 1]!;
  const cells = inputs === 1 ? 1 + last : 1 + last + last * (last - 1) / 2;
  return widths.slice(0, -1).reduce((copies, width) => {
    const shares = divided(width, inputs);
    return copies * shares.reduce((product, share) => product * share, 1);
  }, cells);
}
