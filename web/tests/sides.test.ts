// Polygons beside a disk: the formulas against counting points, and against each other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { apothem, corners, limit, sidesFor, smoothEdge, wrongArea, type Fit, type Point } from "../src/sections/sides/shape.ts";
import { turned } from "../src/sections/sides/turned.ts";
import { numbersOf } from "../src/sections/sides/numbers.ts";

/** Twice the signed area of a triangle. */
const side = ([ax, ay]: Point, [bx, by]: Point, [x, y]: Point) => (bx - ax) * (y - ay) - (by - ay) * (x - ax);

/** The area on which a polygon and the disk differ, by counting points of a grid. */
function counted(polygon: Point[]): number {
  const points = 600;
  let wrong = 0;
  for (let i = 0; i < points; i += 1) {
    for (let j = 0; j < points; j += 1) {
      const [x, y] = [i, j].map((k) => (k + 0.5) / points * 6 - 3) as [number, number];
      const isInside = polygon.every((corner, k) => side(corner, polygon[(k + 1) % polygon.length]!, [x, y]) >= 0);
      wrong += Number(isInside !== (x * x + y * y <= 1));
    }
  }
  return wrong * 36 / points ** 2;
}

test("the wrong area is that of points that are counted", () => {
  for (const sides of [3, 4, 7]) {
    for (const [fit, size] of [["inscribed", 0], ["circumscribed", 0], ["balanced", 0], ["hand", 0.6], ["hand", 0.97], ["hand", 1.2]] as const) {
      const away = apothem(sides, fit, size);
      const [formula, points] = [wrongArea(sides, away), counted(corners(sides, away, 20))];
      assert.ok(Math.abs(formula - points) < 0.01, `${sides} ${fit} ${size}: ${formula} and ${points}`);
    }
  }
});

test("the best place is better than places beside it", () => {
  for (const sides of [3, 6, 20]) {
    const best = apothem(sides, "balanced", 0);
    for (const step of [-1e-3, 1e-3]) assert.ok(wrongArea(sides, best) < wrongArea(sides, best + step));
  }
});

test("for many sides the area comes near its limit", () => {
  for (const fit of ["inscribed", "circumscribed", "balanced"] as Fit[]) {
    const share = wrongArea(1000, apothem(1000, fit, 0)) * 1000 ** 2 / limit(fit)!;
    assert.ok(Math.abs(share - 1) < 1e-4, `${fit}: ${share}`);
  }
});

test("so many sides are enough, and one fewer is not", () => {
  const best = (sides: number) => wrongArea(sides, apothem(sides, "balanced", 0));
  for (const area of [2, 0.9, 0.3, 0.055, 1e-3, 1e-5]) {
    const sides = sidesFor(area);
    assert.ok(best(sides) <= area && (sides === 3 || best(sides - 1) > area), `${area}: ${sides}`);
  }
});

test("steep units decide as jumps, flat ones nowhere", () => {
  const polygon = corners(5, 1, 10);
  const edge = smoothEdge(5, 1, 10, 2000, 5);
  edge.forEach(([x, y], k) => assert.ok(Math.hypot(x - polygon[k]![0], y - polygon[k]![1]) < 0.02));
  assert.deepEqual(smoothEdge(5, 1, 10, 0.1), []);
});

test("a turn shows the same polygon with a corner at the angle", () => {
  for (const sides of [3, 4, 7, 64]) {
    for (let angle = -180; angle <= 360; angle += 7) {
      const { turn, corner } = turned(angle, sides);
      assert.ok(turn >= 0 && turn <= 180 && corner >= 0, `${sides} ${angle}: ${turn}`);
      const off = (turn + corner * 360 / sides - angle + 720) % 360;
      assert.ok(Math.min(off, 360 - off) <= 0.5 + 1e-9, `${sides} ${angle}: ${turn} ${corner}`);
    }
  }
});

test("fractions in network files become numbers", () => {
  const file = JSON.stringify({ layers: [{ activation: "sigmoid", weights: [["-3/4", "0", "200"]] }] });
  assert.deepEqual(numbersOf(file), [{ activation: "sigmoid", weights: [[-0.75, 0, 200]] }]);
});
