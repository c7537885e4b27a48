import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf } from "../src/sections/experiment/film.tsx";
import { decision, lineIn, output, rows, type Box, type Shape } from "../src/sections/experiment/net.ts";
import { brief } from "../src/sections/experiment/numbers.ts";
import { MOST_BY_HAND, csvOf, placeIn, readPoints, writePoints } from "../src/sections/experiment/own.tsx";
import { compared, fileOf, milestones, unitsOf } from "../src/sections/experiment/training.ts";

const SQUARE: Box = [[-1, 1], [-1, 1]];
const SHAPE: Shape = { inputs: ["x", "y"], layers: [{ units: 2, activation: "relu" }, { units: 1, activation: "identity" }] };
// |x| + 3 y + 1/2: two units, and the bias of z.
const WEIGHTS = [1, 0, -1, 0, 0, 0, 1, 1, 0.5];

test("weights are in their places", () => {
  assert.deepEqual(rows(SHAPE, WEIGHTS, 0), [{ weights: [1, 0], bias: 0 }, { weights: [-1, 0], bias: 0 }]);
  assert.deepEqual(rows(SHAPE, WEIGHTS, 1), [{ weights: [1, 1], bias: 0.5 }]);
  assert.equal(output(SHAPE, WEIGHTS)(-0.75, 9), 1.25);
  assert.equal(unitsOf(SHAPE), 2);
  const file = JSON.parse(fileOf(SHAPE, WEIGHTS));
  assert.deepEqual(file.layers[0], { activation: "relu", weights: [["1", "0"], ["-1", "0"]], bias: ["0", "0"] });
  const tanh = { inputs: ["x"], layers: [{ units: 1, activation: "tanh" }, { units: 1, activation: "sigmoid" }] };
  assert.equal(output(tanh, [1, 0, 1, 0])(0, 0), 0.5);
});

test("lines end at the box, or are not there", () => {
  assert.deepEqual(lineIn(SQUARE, [1, 0, -0.5]), [[0.5, -1], [0.5, 1]]);
  assert.equal(lineIn(SQUARE, [1, 0, 3]), undefined);
  assert.equal(lineIn(SQUARE, [0, 0, 0]), undefined);
  const [from, to] = lineIn(SQUARE, [1, 1, 0])!;
  for (const [x, y] of [from, to]) assert.ok(Math.abs(x + y) < 1e-12 && Math.abs(x) === 1);
});

/** The area of the polygons of a path. */
function area(path: string): number {
  return path.split("M").filter(Boolean).reduce((sum, polygon) => {
    const corners = polygon.replace("z", "").split("L").map((corner) => corner.split(" ").map(Number) as [number, number]);
    const twice = corners.reduce((part, [x, y], k) => {
      const [nextX, nextY] = corners[(k + 1) % corners.length]!;
      return part + x * nextY - nextX * y;
    }, 0);
    return sum + Math.abs(twice) / 2;
  }, 0);
}

test("the sampled region has the area of the region", () => {
  const at = (u: number, v: number) => [1000 * u, 1000 * v] as const;
  const share = (f: (x: number, y: number) => number, threshold: number) => area(decision(SQUARE, f, threshold, at, 60).inside) / 1e6;
  assert.ok(Math.abs(share((x, y) => -x * x - y * y, -0.49) - 0.49 * Math.PI / 4) < 2e-3);
  assert.equal(share(() => 1, 0), 1);
  assert.equal(share(() => -1, 0), 0);
  // A step: nothing to interpolate.
  assert.ok(Math.abs(share((x) => (x >= 0.123 ? 1e30 : -1e-30), 0) - 0.4385) < 1e-3);
  const { inside, edge } = decision(SQUARE, () => NaN, 0, at, 4);
  assert.deepEqual([inside, edge], ["", ""]);
});

test("points by hand come back from the link", () => {
  const points = [{ x: -0.5, y: 1, inside: true }, { x: 0, y: 0.25, inside: false }];
  assert.deepEqual(readPoints(writePoints(points)), points);
  assert.deepEqual(readPoints(""), []);
  assert.deepEqual(readPoints("1 2 1,a b 1,1 2,3 4 5,1e999 0 1, 5 6 0 "), [{ x: 1, y: 2, inside: true }, { x: 5, y: 6, inside: false }]);
  assert.equal(readPoints("0 0 1,".repeat(1000)).length, MOST_BY_HAND);
  assert.equal(csvOf(points), "x,y,label\n-0.5,1,1\n0,0.25,0\n");
});

test("a place in a text is a line and a character", () => {
  assert.deepEqual(placeIn("x,y\nö,2\r\n", 4), { line: 2, column: 1, shown: "ö,2" });
  assert.deepEqual(placeIn("x,y\nö,2\r\n", 7), { line: 2, column: 3, shown: "ö,2" });
  assert.deepEqual(placeIn("", 0), { line: 1, column: 1, shown: "" });
  assert.deepEqual(placeIn("a\nb", 99), { line: 2, column: 2, shown: "b" });
});

test("a step has its picture of the film, and milestones are in the film", () => {
  const steps = [0, 6, 12, 13];
  assert.deepEqual([0, 5, 6, 12, 13, 99].map((step) => frameOf(steps, step)), [0, 0, 1, 2, 3, 3]);
  const film = { losses: Array(14).fill(1), steps: [...Array(14).keys()], chosen: 13 };
  assert.deepEqual(milestones(film), [0, 1, 2, 5, 10, 13]);
  assert.deepEqual(milestones({ ...film, steps, chosen: 7 }), [0, 7]);
});

test("only what does not overlap is better or worse", () => {
  const bounds = (lower: string, upper: string | null) => ({
    lower, upper, is_exact: lower === upper, near: [0, null] as [number, null], width: null, verdict: "enclosed" as const,
  });
  assert.equal(compared(bounds("0.1", "0.2"), bounds("0.3", "0.4")), "smaller");
  assert.equal(compared(bounds("0.3", null), bounds("1/8", "1/4")), "larger");
  assert.equal(compared(bounds("0.1", "0.3"), bounds("0.3", "0.4")), "open");
  assert.equal(compared(bounds("1/3", "1/3"), bounds("1/3", "1/3")), "open");
});

test("numbers of any size are short", () => {
  assert.deepEqual([0, -1.2345, 99999, -31234567890, 7.35e-9].map(brief), ["0", "−1.23", "100000", "−3.1·10¹⁰", "7.3·10⁻⁹"]);
});
