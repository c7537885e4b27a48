import assert from "node:assert/strict";
import { test } from "node:test";
import { grouped, smallest } from "../src/sections/depth/answers.ts";
import {
  changed, divided, file, folded, Mistyped, randomLayers, readChanges, readLayer, typed, writeChanges,
} from "../src/sections/depth/network.ts";

test("units are divided as equally as possible", () => {
  assert.deepEqual(divided(12, 5), [3, 3, 2, 2, 2]);
  assert.deepEqual(divided(8, 2), [4, 4]);
});

test("the regions of folded networks are those of theorem T31", () => {
  for (const [widths, inputs, count] of [
    [[4, 4], 2, 44], [[6, 6, 6], 2, 1782], [[5, 4], 2, 66], [[3, 3], 1, 12], [[2, 2, 2, 2, 2, 2], 1, 96], [[8], 2, 37],
  ] as const) assert.equal(folded(widths, inputs), count, String(widths));
});

test("a random network is the same for the same number, and its weights are short decimals", () => {
  const layers = randomLayers([8, 8, 8], 5);
  assert.deepEqual(layers, randomLayers([8, 8, 8], 5));
  assert.notDeepEqual(layers, randomLayers([8, 8, 8], 6));
  assert.deepEqual(layers.map((layer) => [layer.length, layer[0]!.length]), [[8, 3], [8, 9], [8, 9], [1, 9]]);
  for (const value of layers.flat(2)) {
    assert.match(value, /^-?\d+(\.\d{1,4})?$/);
    assert.ok(Number.isInteger(Number(value) * 16) && value.length < 12, value);
  }
});

test("changes of weights go into a link and come back", () => {
  const changes = { "1.2.3": "-0.0625", "3.8.9": "2" };
  assert.equal(writeChanges(changes), "1.2.3=-0.0625 3.8.9=2");
  assert.deepEqual(readChanges(writeChanges(changes)), changes);
  assert.deepEqual(readChanges("1.2=3 x 1.1.1=1e5 2.2.2= 4.4.4=1000000000000 1.1.1=0.5"), { "1.1.1": "0.5" });
  const layers = changed([[["1", "2", "3"]], [["4", "5"]]], { "1.1.3": "0", "2.1.1": "-1", "9.9.9": "7" });
  assert.deepEqual(layers, [[["1", "2", "0"]], [["-1", "5"]]]);
});

test("typed layers are read, and written again", () => {
  const layer = readLayer(" 1 .5, -1/3;  −2 +3 4. ", 2);
  assert.deepEqual(layer, [["1", "0.5", "-1/3"], ["-2", "3", "4"]]);
  assert.deepEqual(readLayer(typed(layer), 2), layer);
  const { layers } = JSON.parse(file([layer, [["1", "1", "0"]]])) as { layers: unknown[] };
  assert.deepEqual(layers, [
    { activation: "relu", weights: [["1", "0.5"], ["-2", "3"]], bias: ["-1/3", "4"] },
    { activation: "identity", weights: [["1", "1"]], bias: ["0"] },
  ]);
});

test("a mistyped layer is told with its place", () => {
  const wrong = (text: string, most?: number) => {
    try {
      readLayer(text, 2, most);
    } catch (error) {
      assert.ok(error instanceof Mistyped);
      return [text.slice(error.start, error.end), error.message] as const;
    }
    return assert.fail(text);
  };
  assert.deepEqual(wrong("1 2 a"), ["a", "a weight is a number such as 1, -0.5 or 1/3, found a"]);
  assert.deepEqual(wrong("1 2 3; 1/0 1 1"), ["1/0", "a fraction cannot be over 0"]);
  assert.deepEqual(wrong("1 2 3; 1 2"), [" 1 2", "unit 2 needs 2 weights and a bias, 3 numbers; found 2"]);
  assert.equal(wrong("1 2 12345678901234567")[0], "12345678901234567");
  assert.match(wrong("")[1], /unit 1 needs .* found 0/);
  assert.match(wrong("1 2 3;")[1], /unit 2 needs/);
  assert.match(wrong("1 2 3; 1 2 3", 1)[1], /one output/);
  assert.match(wrong(Array(9).fill("1 2 3").join(";"))[1], /at most 8 units/);
  for (const text of ["1e9 1 1", "1 1 Infinity", "1 1 0x1", "1 1 1/", "1 1 --1", "1 1 ."]) assert.match(wrong(text)[1], /a weight is a number/);
});

test("the smallest upper bound is named, and large numbers are whole", () => {
  const bounds = { zaslavsky: null, montufar_lower: "1", montufar_upper: "12345678901234567890", serra: "12345678901234567889", hanin_rolnick: null };
  assert.deepEqual(smallest(bounds), { bound: "12345678901234567889", source: "Serra et al. 2018" });
  assert.equal(smallest({ ...bounds, montufar_upper: null, serra: null }), undefined);
  assert.equal(grouped("12345678901234567890"), "12,345,678,901,234,567,890");
});
