import assert from "node:assert/strict";
import { test } from "node:test";
import { ends, lineIn, placesAt, states, type Bent, type Layer } from "../src/sections/bend/moves.ts";
import { folds, sidesOf } from "../src/sections/bend/networks.ts";

/** A grid of 3 x 3 points, moved by layers that are written as rows and a function. */
function moved(layers: [string, number[][], (z: number) => number][]): Bent {
  const side = [-1, 0, 1];
  const start = side.flatMap((y) => side.flatMap((x) => [x, y]));
  let [values, width] = [start, 2];
  const told: Layer[] = layers.map(([activation, weights, apply]) => {
    const sums: number[] = [];
    for (let i = 0; i < values.length; i += width) {
      for (const row of weights) sums.push(row.slice(0, -1).reduce((sum, weight, k) => sum + weight * values[i + k]!, row[row.length - 1]!));
    }
    [values, width] = [sums.map(apply), weights.length];
    return { activation, rows: width, units: width, weights, sums, values };
  });
  return {
    columns: 3, cells: [true, false, false, false], split: [], labels: [], grid: 9, edge: 0, inputs: ["x", "y"], start, layers: told, threshold: 0.5,
  };
}

const relu = (z: number) => Math.max(z, 0);
const same = (z: number) => z;
const round = (values: Iterable<number>) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6 || 0);

test("a line is found in a view that shows it, and only there", () => {
  const view = [[1, 1, 0, 0], [0, 0, 1, 1]];
  assert.deepEqual(lineIn(view, [2, 2, -1, -1], 5), [2, -1, 5]);
  assert.equal(lineIn(view, [1, 2, 0, 0], 0), undefined);
  assert.equal(lineIn(view, [0, 0, 0, 0], 1), undefined);
  assert.deepEqual(lineIn([[1], [0]], [40], -60), [40, 0, -60]);
});

test("states are the inputs, and each hidden layer before and after its activation", () => {
  const bent = moved([["relu", [[1, 0, 0], [0, 1, -0.5]], relu], ["identity", [[1, 1, 0]], same]]);
  const all = states(bent, undefined, undefined);
  assert.deepEqual(all.map(({ name }) => name), ["the inputs", "layer 1, before its activation", "layer 1, after relu"]);
  assert.deepEqual(round(all[0]!.places), bent.start);
  assert.deepEqual(round(all[2]!.places), bent.start.map((value, i) => relu(value! - (i % 2 ? 0.5 : 0))));
  // The next layer's units switch at x = 0 and y = 1/2; the output cuts where both add up to 1/2.
  assert.deepEqual(all[0]!.lines, [[1, 0, 0], [0, 1, -0.5]]);
  assert.deepEqual(all[2]!.cut, [1, 1, -0.5]);
  assert.equal(all[1]!.cut, undefined);
});

test("sums of many units look like the plane that they are, turned as little as possible", () => {
  const rows = [[1, 0, 1], [-0.5, 0.8660254, 1], [-0.5, -0.8660254, 1]];
  const all = states(moved([["relu", rows, same], ["identity", [[1, 1, 1, 0]], same]]), undefined, undefined);
  const scale = Math.hypot(1, 0.5, 0.5);
  assert.deepEqual(round(all[1]!.places).map((value) => value.toFixed(3)), round(all[0]!.places).map((value) => (value * scale || 0).toFixed(3)));
  // The output looks at the sum of the units, which is 3 everywhere.
  assert.ok(all[2]!.places.every((value, i) => i % 2 === 1 || Math.abs(value - Math.sqrt(3)) < 1e-6));
  assert.ok(all[2]!.cut && Math.abs(all[2]!.cut[1]) < 1e-9);
});

test("a view of two units shows these", () => {
  const rows = [[1, 0, 0], [0, 1, 0], [1, 1, 0]];
  const all = states(moved([["relu", rows, relu], ["identity", [[1, 1, 1, 0]], same]]), undefined, [2, 0]);
  assert.deepEqual(all[2]!.axes, ["unit 3", "unit 1"]);
  assert.deepEqual(round(all[2]!.places.slice(-2)), [2, 1]);
  // Units that are not there are the last one.
  assert.deepEqual(states(moved([["relu", rows, relu], ["identity", [[1, 1, 1, 0]], same]]), undefined, [9, 9])[2]!.axes, ["unit 3", "unit 3"]);
});

test("between two states, places move from one to the other", () => {
  const all = states(moved([["relu", [[1, 0, 0], [0, 1, 0]], relu], ["identity", [[1, 1, 0]], same]]), undefined, undefined);
  assert.deepEqual(round(placesAt(all, 0)), round(all[0]!.places.map((value) => value / 1.08)));
  const [from, half, to] = [0, 0.5, 1].map((moment) => placesAt(all, moment + 1));
  half!.forEach((value, i) => assert.ok(Math.abs(value - (from![i]! + to![i]!) / 2) < 1e-12));
  assert.equal(placesAt(all, 2).length, 18);
});

test("a line ends where the view does", () => {
  const state = { middle: [0, 0], reach: [2, 1] } as Parameters<typeof ends>[1];
  assert.deepEqual(ends([1, 0, -1], state), [0.5, 1, 0.5, -1].map((value, i) => (i % 2 ? -value : value)));
  assert.equal(ends([1, 0, -3], state), undefined);
  assert.deepEqual(ends([0, 1, 0], state)?.map((value) => value || 0), [-1, 0, 1, 0]);
});

test("folds double the sides, and the sum of each pair of units is what the next layer sees", () => {
  assert.deepEqual([1, 2, 3, 4, 5].map(sidesOf), [4, 8, 16, 32, 64]);
  for (const count of [1, 2, 5]) {
    const { bend, views } = folds(count);
    const { layers } = JSON.parse((bend as { network: string }).network) as { layers: { weights: string[][]; bias: string[] }[] };
    assert.equal(layers.length, count + 1);
    assert.equal(views?.length, count);
    for (const view of views ?? []) for (const row of view.after) assert.ok(row.some((value) => value !== 0));
    layers.slice(1).forEach(({ weights }, l) => {
      for (const row of weights) assert.ok(lineIn(views![l]!.after, row.map(Number), 0), `layer ${l + 2}`);
    });
  }
});
