import assert from "node:assert/strict";
import { test } from "node:test";
import { at, axis, back, label, logTicks, path, ticks } from "../src/parts/plot.tsx";

test("pixels and values are inverse to each other", () => {
  for (const made of [axis(-2, 3, 10, 210), axis(0.5, 200, 40, 300, true), axis(0, 1, 200, 20)]) {
    assert.ok(Math.abs(back(made, at(made, 0.75)) - 0.75) < 1e-12);
  }
});

test("ticks are round numbers between the ends", () => {
  assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(-1.1, 1.1, 4), [-1, 0, 1]);
  assert.deepEqual(ticks(1, 1), []);
  assert.deepEqual(ticks(NaN, 1), []);
  assert.deepEqual(logTicks(0.03, 2), [0.05, 0.1, 0.2, 0.5, 1, 2]);
  assert.deepEqual(logTicks(0, 2), []);
});

test("numbers at an axis have a minus sign, and powers where decimals are long", () => {
  assert.deepEqual([0, -0.5, 1e-5, 3e-8, 1e6, 0.001].map(label), ["0", "−0.5", "10⁻⁵", "3·10⁻⁸", "10⁶", "0.001"]);
});

test("a line is interrupted where there is no value", () => {
  const unit = axis(0, 1, 0, 10);
  assert.equal(path([[0, 0], [0.5, NaN], [0.6, 1], [1, 1]], unit, unit), "M0.0 0.0M6.0 10.0L10.0 10.0");
});
