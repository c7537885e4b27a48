import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACES, START, drawn, formula, heights, sampled, write } from "../src/sections/steps/curve.ts";

/** The value of a formula of this kind at a place. */
function value(text: string, x: number): number {
  return new Function("x", "max", `return ${text}`)(x, Math.max) as number;
}

test("a drawn curve is a formula that goes through its points", () => {
  for (const [low, high] of [["0", "1"], ["-1", "3"], ["1/3", "0.5"], ["-2.5", "-1/7"]] as const) {
    const [from, to] = [low, high].map((end) => value(end, 0)) as [number, number];
    const written = formula(START, low, high);
    heights(START).forEach((height, i) => {
      const x = from + ((to - from) * i) / (PLACES - 1);
      assert.ok(Math.abs(value(written, x) - height / 100) < 1e-9, `${written} at ${x}`);
    });
  }
});

test("ends that are no simple numbers stay as they are typed", () => {
  assert.match(formula("0,100", "0", "2*pi"), /\(x - \(0\)\)\/\(\(2\*pi\) - \(0\)\)/);
});

test("a flat curve is a number", () => {
  assert.equal(formula("", "0", "1"), "0");
  assert.equal(formula(write(Array<number>(PLACES).fill(25)), "0", "1"), "0.25");
});

test("an empty domain makes no formula that divides by 0", () => {
  assert.doesNotThrow(() => formula(START, "1", "1"));
});

test("heights of a link are limited, and what is missing or unreadable is 0", () => {
  assert.deepEqual(heights("250,-250,x,12.4").slice(0, 5), [100, -100, 0, 12, 0]);
  assert.equal(heights("").length, PLACES);
});

test("a fast finger sets the points that it passes", () => {
  const before = Array<number>(PLACES).fill(0);
  assert.deepEqual(drawn(before, [1, 0], [4, 90]).slice(0, 6), [0, 0, 30, 60, 90, 0]);
  assert.deepEqual(drawn(before, [4, 90], [1, 0]).slice(0, 6), [0, 0, 30, 60, 90, 0]);
  assert.deepEqual(drawn(before, [2.2, 50], [2.2, 50]).slice(0, 4), [0, 0, 50, 0]);
  assert.equal(drawn(before, [0, 0], [1, 500])[1], 100);
});

test("a curve is sampled from end to end", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i / 399) * 2);
  assert.deepEqual(heights(sampled(values)).filter((_, i) => i % 3 === 0), [0, 50, 100, 100, 100]);
  assert.equal(sampled([null]), write(Array<number>(PLACES).fill(0)));
});
