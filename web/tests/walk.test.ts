import assert from "node:assert/strict";
import { test } from "node:test";
import { few, isSame, places, walk, type Layer, type LossName, type Passes } from "../src/sections/passes/walk.ts";

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** The answer of the engine for a network with one hidden layer, computed by hand. */
function passes(hidden: number, parameters: number[], inputs: number[], label: number, loss: LossName): Passes {
  const weights = parameters.slice(0, 2 * hidden);
  const bias = parameters.slice(2 * hidden, 3 * hidden);
  const out = parameters.slice(3 * hidden, 4 * hidden);
  const c = parameters[4 * hidden]!;
  const z = bias.map((b, unit) => b + weights[2 * unit]! * inputs[0]! + weights[2 * unit + 1]! * inputs[1]!);
  const a = z.map(sigmoid);
  const last = out.reduce((sum, v, unit) => sum + v * a[unit]!, c);
  const output = sigmoid(last);
  const slope = output * (1 - output);
  const delta = loss === "squares" ? 2 * (output - label) * slope : output - label;
  const slopes = a.map((value) => value * (1 - value));
  const deltas = out.map((v, unit) => v * delta * slopes[unit]!);
  const layers: Layer[] = [
    { activation: "sigmoid", z, a, slope: slopes, delta: deltas },
    { activation: "sigmoid", z: [last], a: [output], slope: [slope], delta: [delta] },
  ];
  const gradient = [...deltas.flatMap((d) => inputs.map((x) => d * x)), ...deltas, ...a.map((value) => delta * value), delta];
  const value = loss === "squares" ? (output - label) ** 2 : -Math.log(label === 1 ? output : 1 - output);
  return {
    inputs, label, layers, loss: value, parameters, gradient, check: { step: 0, differences: [], relative: [], by_step: [] },
    along: [], next: { parameters: null, loss: 0, losses: [] }, network: "", domain: "",
  };
}

/** Computes what is written with numbers. */
function computed(numbers: string): number {
  const script = numbers
    .replaceAll("−", "-").replaceAll("²", "**2")
    .replace(/·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, power: string) => `e${[...power].map((sign) => (sign === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign))).join("")}`)
    .replaceAll("·", "*").replaceAll("σ(", "sigmoid(").replaceAll("ln(", "Math.log(");
  return Number(new Function("sigmoid", `return ${script}`)(sigmoid));
}

const TWO = [1, -0.5, 0.5, 1, 0.2, -0.3, 1, -1, 0.1];
const THREE = [1, -0.5, 0.5, 1, -1, 0.75, 0.2, -0.3, 0, 1, -1, 0.5, -6];

for (const loss of ["squares", "cross_entropy"] as const) {
  for (const label of [0, 1]) {
    test(`the numbers of each rule give its value: ${loss}, label ${label}`, () => {
      for (const [hidden, parameters] of [[2, TWO], [3, THREE]] as const) {
        const found = walk(passes(hidden, parameters, [0.5, -1], label, loss), loss);
        // A sum and a value of each unit, the loss; derivatives by each sum and each parameter.
        assert.equal(found.length, 2 * (hidden + 1) + 1 + (hidden + 1) + parameters.length);
        for (const { name, numbers, value } of found) {
          // Numbers are written in four digits, and their errors add up.
          const near = 3e-3 * Math.max(Math.abs(value), name.startsWith("∂") ? 1e-9 : 1);
          assert.ok(Math.abs(computed(numbers) - value) <= near, `${name} = ${numbers} = ${computed(numbers)}, not ${value}`);
        }
      }
    });
  }
}

test("each value has its own name, and the loss stands between the passes", () => {
  const found = walk(passes(3, THREE, [0.5, 1], 1, "squares"), "squares");
  assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
  const turn = found.findIndex(({ phase }) => phase === "backward");
  assert.equal(found[turn - 1]!.name, "L");
  assert.ok(found.slice(turn).every(({ phase }) => phase === "backward"));
});

test("parameters stand in the order of the engine", () => {
  const found = places(2, 2);
  assert.equal(found.length, 9);
  assert.ok(isSame(found[1]!, { kind: "weight", layer: 0, unit: 0, input: 1 }));
  assert.ok(isSame(found[4]!, { kind: "bias", layer: 0, unit: 0 }));
  assert.ok(isSame(found[7]!, { kind: "weight", layer: 1, unit: 0, input: 1 }));
});

test("numbers are written in four digits, with a minus sign", () => {
  assert.deepEqual([0, -0.5, 1 / 3, 1e-7, -12345678, 99999].map(few), ["0", "−0.5", "0.3333", "1·10⁻⁷", "−1.23·10⁷", "100000"]);
  assert.equal(few(Infinity), "too large");
});
