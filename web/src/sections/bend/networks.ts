// The networks of this section: two that builders make, two that are written here.

import type { Build, Verify } from "../../engine/protocol.ts";
import { spec } from "../../state/spec.ts";
import type { View } from "./moves.ts";

/** What is proved, what is drawn, and how its layers are looked at. */
export interface Example {
  proof: Build | Verify;
  /** The same network, for the question `bend`. */
  bend: { spec: string } | { network: string; target: string; domain: string };
  /** For each hidden layer; without it, a view is chosen. */
  views?: View[];
}

const DISK = "x^2 + y^2 <= 1";
const DISK_DOMAIN = "x=-3/2..3/2, y=-3/2..3/2";

/** A polygon of sigmoid units for a disk: one hidden layer. */
export function disk(sides: number, steepness: number): Example {
  const { text } = spec({
    target: { formula: DISK, domain: { x: ["-3/2", "3/2"], y: ["-3/2", "3/2"] } },
    network: { builder: "disk", sides, fit: "balanced", activation: "sigmoid", steepness, hidden_layers: 1 },
    claim: { norm: "area", gap: "1/50", threshold: `${2 * sides - 1}/2` },
  });
  return { proof: { do: "build", name: "bend", spec: text }, bend: { spec: text } };
}

/** A square by four steps and a unit that counts them: two hidden layers. */
export function tower(steepness: number): Example {
  const { text } = spec({
    target: { formula: "max(abs(x), abs(y)) <= 1/2", domain: { x: [-1, 1], y: [-1, 1] } },
    network: { builder: "tower", box: { x: ["-1/2", "1/2"], y: ["-1/2", "1/2"] }, steepness },
    claim: { norm: "area", gap: "1/50" },
  });
  return { proof: { do: "build", name: "bend", spec: text }, bend: { spec: text } };
}

function written(layers: object[], target: string, domain: string, views?: View[]): Example {
  const network = JSON.stringify({ steeple_network: 1, inputs: ["x", "y"], outputs: ["z"], layers });
  return {
    proof: { do: "verify", name: "bend", network, target, domain, norm: "area", gap: "1/50" },
    bend: { network, target, domain }, ...(views ? { views } : {}),
  };
}

/** Different signs of x and y, as well as two smooth units can tell them. */
export function xor(steepness: number): Example {
  const times = (...row: number[]) => row.map((value) => String(Number((value * steepness).toFixed(4))));
  return written([
    { activation: "sigmoid", weights: [times(1, 0.75), times(0.75, 1)], bias: times(0.6, -0.6) },
    { activation: "identity", weights: [["1", "-1"]], bias: ["0"] },
  ], "x*y <= 0", "x=-1..1, y=-1..1");
}

/** The number of sides of the polygon that so many folds make. */
export const sidesOf = (folds: number) => 2 ** (folds + 1);

/** A half turn over the sides: half the angle of the folded sector. */
const half = (folds: number) => Math.PI / sidesOf(folds);

/**
 * A disk by folding: relu units fold the plane at both axes, then at the middle line of what is left, and so on.
 * One line cuts the folded disk; unfolded, it is a polygon.
 */
export function folds(count: number): Example {
  const five = (value: number) => String(Number(value.toFixed(5)));
  const layers: object[] = [{
    activation: "relu", weights: [["1", "0"], ["-1", "0"], ["0", "1"], ["0", "-1"]], bias: ["0", "0", "0", "0"],
  }];
  const views: View[] = [{
    before: [[1, 0, 0, 0], [0, 0, 1, 0]], after: [[1, 1, 0, 0], [0, 0, 1, 1]], isTrue: true,
    namesBefore: ["x", "y"], namesAfter: ["|x|", "|y|"],
  }];
  // The coordinates in the folded plane, as sums of the units below.
  let [along, across] = [[1, 1, 0, 0], [0, 0, 1, 1]];
  const mixed = (a: number, b: number) => along!.map((value, i) => five(a * value + b * across![i]!));
  for (let fold = 1; fold < count; fold += 1) {
    const [cos, sin] = [Math.cos(half(fold)), Math.sin(half(fold))];
    layers.push({ activation: "relu", weights: [mixed(cos, sin), mixed(-sin, cos), mixed(sin, -cos)], bias: ["0", "0", "0"] });
    [along, across] = [[1, 0, 0], [0, 1, 1]];
    views.push({
      before: [[1, 0, 0], [0, 1, 0]], after: [along, across], isTrue: true,
      namesBefore: ["along the middle line", "across it"], namesAfter: ["along the fold", "away from it"],
    });
  }
  // Where the sides of the best polygon are: half of each side inside the circle.
  const side = 1 / Math.sqrt(1 + Math.tan(half(count)) ** 2 / 4);
  layers.push({
    activation: "identity", weights: [mixed(-Math.cos(half(count)), -Math.sin(half(count)))], bias: [five(0.5 + side)],
  });
  return written(layers, DISK, DISK_DOMAIN, views);
}
