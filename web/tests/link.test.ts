import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, read, write } from "../src/state/link.ts";

const start = { formula: "sin(x)", cells: 12, steepness: 0.5, fitted: true };

test("a state comes back from its link", () => {
  const states = [
    start,
    { ...start, formula: "if(x >= 1/2, x^2, -1) & 50% + 1#?", cells: 40 },
    { ...start, formula: "", steepness: -1e-7, fitted: false },
  ];
  for (const state of states) {
    const link = parse(write("steps", start, state));
    assert.equal(link.section, "steps");
    assert.equal(link.isEmbedded, false);
    assert.deepEqual(read(start, link.values), state);
  }
});

test("a link says only what differs from the start", () => {
  assert.equal(write("steps", start, start), "#steps");
  assert.equal(write("steps", start, { ...start, cells: 3 }), "#steps?cells=3");
  assert.equal(write("steps", start, { ...start, fitted: false }, true), "#steps?fitted=0&embed=1");
});

test("an embedded state is the same state", () => {
  const link = parse(write("steps", start, { ...start, cells: 7 }, true));
  assert.equal(link.isEmbedded, true);
  assert.deepEqual(read(start, link.values), { ...start, cells: 7 });
});

test("a damaged link changes nothing that it does not understand", () => {
  for (const values of [{ cells: "many" }, { cells: "" }, { cells: "NaN" }, { cells: "Infinity" }, { fitted: "yes" }, { other: "1" }]) {
    assert.deepEqual(read(start, values as unknown as Record<string, string>), start);
  }
  assert.deepEqual(parse("#"), { section: "", values: {}, isEmbedded: false });
  assert.deepEqual(parse("#steps?%E0%A4%A&cells=3").values["cells"], "3");
});
