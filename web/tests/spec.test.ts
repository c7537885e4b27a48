import assert from "node:assert/strict";
import { test } from "node:test";
import { isAbout, keyOf, spec } from "../src/state/spec.ts";

const asked = spec({
  target: { formula: "sin(ä*x) + \"", domain: { x: ["0", "1"] } },
  network: { builder: "staircase", cells: 12, steepness: undefined, odd: true },
});

test("a spec is TOML, and keys without a value are left out", () => {
  assert.equal(asked.text, [
    "[target]",
    "formula = \"sin(ä*x) + \\\"\"",
    "domain = { x = [\"0\", \"1\"] }",
    "",
    "[network]",
    "builder = \"staircase\"",
    "cells = 12",
    "odd = true",
    "",
  ].join("\n"));
});

test("the place of a value is counted in bytes", () => {
  const bytes = new TextEncoder().encode(asked.text);
  const at = ([start, end]: [number, number]) => new TextDecoder().decode(bytes.slice(start, end));
  assert.equal(at(asked.places["target.formula"]!), "\"sin(ä*x) + \\\"\"");
  assert.equal(at(asked.places["network.cells"]!), "12");
});

test("a mistake is found in the value that it was made in", () => {
  const [start] = asked.places["target.formula"]!;
  const failure = { message: "?", field: "spec" as const, span: [start + 1 + 4, start + 1 + 6] as [number, number] };
  assert.deepEqual(keyOf(asked, failure), { key: "target.formula", span: [4, 6] });
  assert.equal(keyOf(asked, { ...failure, span: [1, 2] }), undefined);
  assert.equal(keyOf(asked, { ...failure, field: "target" }), undefined);
  assert.equal(keyOf(asked, { message: "?" }), undefined);
});

test("values inside of lists have places, too", () => {
  const place = asked.inner["target.domain.x.1"]!;
  const [start, end] = asked.places["target.domain"]!;
  assert.equal(asked.text.indexOf("\"1\"") + 1, place[0]); // ä is two bytes
  const about = (span: [number, number]) => ["target.domain.x.0", "target.domain.x.1"]
    .filter((path) => isAbout(asked, { message: "?", field: "spec", span }, path));
  assert.deepEqual(about(place), ["target.domain.x.1"]);
  assert.deepEqual(about([start, end]), ["target.domain.x.0", "target.domain.x.1"]);
  assert.deepEqual(about([0, 3]), []);
});
