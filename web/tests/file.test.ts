import assert from "node:assert/strict";
import { test } from "node:test";
import { givenIn } from "../src/state/given.ts";
import { placeOf } from "../src/parts/controls.tsx";
import { signs } from "../src/parts/words.tsx";

test("formulas in sentences get mathematical signs, words keep their hyphens", () => {
  assert.equal(signs("0.8492*x + y <= -3 (step-like)"), "0.8492x + y ≤ −3 (step-like)");
  assert.equal(signs("x in [-1, 1], x^2 - y^-3, 3*(x)*y"), "x in [−1, 1], x² − y⁻³, 3(x)·y");
  assert.equal(signs("units 1-4 make a tower"), "units 1-4 make a tower");
});

test("what a page is given is an object, or nothing", () => {
  assert.deepEqual(givenIn("{\"link\": \"#spec\", \"spec\": \"x\"}"), { link: "#spec", spec: "x" });
  for (const text of ["", "{", "null", "3", undefined, null]) assert.deepEqual(givenIn(text), {}, String(text));
});

test("the place of a byte is a line, and a sign in it", () => {
  assert.deepEqual(placeOf("ä\nbö = x", 7), { line: 2, place: 4 });
  assert.deepEqual(placeOf("", 0), { line: 1, place: 1 });
  assert.deepEqual(placeOf("a\n", 2), { line: 2, place: 1 });
});
