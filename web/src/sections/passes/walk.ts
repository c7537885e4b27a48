// The two passes as a walk from value to value: each with its rule, and with the numbers put in.

/** One layer at the point. */
export interface Layer {
  activation: string;
  z: number[];
  a: number[];
  slope: number[];
  /** The derivatives of the loss by the sums. */
  delta: number[];
}

/** The answer to the question `passes`. */
export interface Passes {
  inputs: number[];
  label: number;
  layers: Layer[];
  loss: number;
  parameters: number[];
  gradient: number[];
  check: { step: number; differences: number[]; relative: number[]; by_step: [number, number][] };
  along: [number, number][];
  next: { parameters: string[] | null; loss: number; losses: number[] };
  /** The network as a file, and the box around the point. */
  network: string;
  domain: string;
}

export type LossName = "squares" | "cross_entropy";

/** Where a value stands in the diagram. */
export type Place =
  | { kind: "unit"; layer: number; unit: number }
  | { kind: "weight"; layer: number; unit: number; input: number }
  | { kind: "bias"; layer: number; unit: number }
  | { kind: "loss" };

/** One value of the walk. */
export interface Value {
  phase: "forward" | "backward";
  /** "z₁", "∂L/∂w₁₂". */
  name: string;
  /** In words. */
  what: string;
  /** The rule in letters, and with the numbers. */
  rule: string;
  numbers: string;
  value: number;
  place: Place;
}

const LOW = "₀₁₂₃₄₅₆₇₈₉";

/** A number as an index. */
export function index(...numbers: number[]): string {
  return numbers.map((number) => [...String(number)].map((digit) => LOW[Number(digit)]).join("")).join("");
}

/** A number in four digits. */
export function few(value: number): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "too large";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? exponent(value) : String(Number(value.toPrecision(4)));
  return text.replace("-", "−");
}

/** With a power of ten. */
function exponent(value: number): string {
  const [mantissa, power] = value.toExponential(2).split("e") as [string, string];
  const raised = [...String(Number(power))].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
  return `${Number(mantissa)}·10${raised}`;
}

/** A number in a product. */
const factor = (value: number) => (value < 0 ? `(${few(value)})` : few(value));

/** A sum of products. */
const products = (pairs: [number, number][]) => pairs.map(([a, b]) => `${factor(a)}·${factor(b)}`).join(" + ");

/** What a bias adds. */
const added = (bias: number) => (bias < 0 ? ` − ${few(-bias)}` : ` + ${few(bias)}`);

/** The names of the values before a layer: the inputs, or the values of its units. */
function inputName(layer: number, input: number): string {
  return layer === 0 ? (["x", "y"][input] ?? `x${index(input + 1)}`) : `a${index(input + 1)}`;
}

/** The letters of a weight, a bias, a sum and a value. The last layer has one unit, whose names have no index. */
export function names(isLast: boolean, unit: number) {
  return isLast
    ? { w: (input: number) => `v${index(input + 1)}`, b: "c", z: "z", a: "a" }
    : { w: (input: number) => `w${index(unit + 1, input + 1)}`, b: `b${index(unit + 1)}`, z: `z${index(unit + 1)}`, a: `a${index(unit + 1)}` };
}

/** Where each parameter stands in the list: the weights of a layer, unit after unit, then its biases. */
export function places(hidden: number, inputs: number): Place[] {
  const found: Place[] = [];
  for (const [layer, units, from] of [[0, hidden, inputs], [1, 1, hidden]] as const) {
    for (let unit = 0; unit < units; unit += 1) {
      for (let input = 0; input < from; input += 1) found.push({ kind: "weight", layer, unit, input });
    }
    for (let unit = 0; unit < units; unit += 1) found.push({ kind: "bias", layer, unit });
  }
  return found;
}

/** The letters of a parameter. */
export function nameOf(place: Place): string {
  if (place.kind === "weight") return names(place.layer === 1, place.unit).w(place.input);
  if (place.kind === "bias") return names(place.layer === 1, place.unit).b;
  return "";
}

/** Two places in the diagram: the same? */
export function isSame(a: Place, b: Place): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const ACTIVATED: Record<string, [string, string]> = {
  sigmoid: ["σ", "a(1 − a)"],
  tanh: ["tanh", "1 − a²"],
};

/** All values in order: forward to the loss, and back to each weight. */
export function walk(passes: Passes, loss: LossName): Value[] {
  const found: Value[] = [];
  const { layers, inputs, label, parameters, gradient } = passes;
  const hidden = layers[0]!.z.length;
  const at = places(hidden, inputs.length);
  const of = (wanted: Place) => at.findIndex((place) => isSame(place, wanted));
  const parameter = (wanted: Place) => parameters[of(wanted)]!;
  const before = (layer: number) => (layer === 0 ? inputs : layers[layer - 1]!.a);

  layers.forEach((layer, l) => {
    const isLast = l === layers.length - 1;
    layer.z.forEach((z, unit) => {
      const name = names(isLast, unit);
      const place: Place = { kind: "unit", layer: l, unit };
      const from = before(l);
      const pairs = from.map((value, input): [number, number] => [parameter({ kind: "weight", layer: l, unit, input }), value]);
      const whose = isLast ? "the output unit" : `hidden unit ${unit + 1}`;
      found.push({
        phase: "forward", place, name: name.z, value: z, what: `The sum of ${whose}: each weight times its input, and the bias.`,
        rule: `${from.map((_, input) => `${name.w(input)} ${inputName(l, input)}`).join(" + ")} + ${name.b}`,
        numbers: products(pairs) + added(parameter({ kind: "bias", layer: l, unit })),
      });
      const [sign] = ACTIVATED[layer.activation]!;
      found.push({
        phase: "forward", place, name: name.a, value: layer.a[unit]!,
        what: isLast ? "The output of the network: the activation of the sum." : `The value of ${whose}: the activation of its sum.`,
        rule: `${sign}(${name.z})`, numbers: `${sign}(${few(z)})`,
      });
    });
  });

  const last = layers[layers.length - 1]!;
  const [a, slope] = [last.a[0]!, last.slope[0]!];
  const squares = loss === "squares";
  const chance = label === 1 ? "a" : "(1 − a)";
  found.push({
    phase: "forward", place: { kind: "loss" }, name: "L", value: passes.loss,
    what: squares
      ? "The loss: the squared distance between the output and the label t."
      : `The loss: the output is a probability of the label 1. The label is ${few(label)}, and a small probability of it costs much.`,
    rule: squares ? "(a − t)²" : `−ln ${chance}`,
    numbers: squares ? `(${few(a)} − ${factor(label)})²` : `−ln(${label === 1 ? few(a) : `1 − ${few(a)}`})`,
  });

  const [, slopeRule] = ACTIVATED[last.activation]!;
  found.push({
    phase: "backward", place: { kind: "unit", layer: 1, unit: 0 }, name: "∂L/∂z", value: last.delta[0]!,
    what: squares
      ? `How the loss changes with the output's sum. The chain rule: 2(a − t), times the slope of the activation, ${slopeRule}.`
      : "How the loss changes with the output's sum. The slope of the sigmoid cancels: a wrong output always has a large derivative.",
    rule: squares ? `2(a − t) · ${slopeRule}` : "a − t",
    numbers: squares ? `2·(${few(a)} − ${factor(label)})·${factor(slope)}` : `${few(a)} − ${factor(label)}`,
  });
  const derivatives = (l: number, unit: number, delta: number, deltaName: string) => {
    const name = names(l === 1, unit);
    before(l).forEach((value, input) => {
      const place: Place = { kind: "weight", layer: l, unit, input };
      found.push({
        phase: "backward", place, name: `∂L/∂${name.w(input)}`, value: gradient[of(place)]!,
        what: "The derivative by a weight: that of the sum, times what the weight multiplies.",
        rule: `${deltaName} · ${inputName(l, input)}`, numbers: `${factor(delta)}·${factor(value)}`,
      });
    });
    const place: Place = { kind: "bias", layer: l, unit };
    found.push({
      phase: "backward", place, name: `∂L/∂${name.b}`, value: gradient[of(place)]!,
      what: "The derivative by a bias: that of the sum, times 1.", rule: deltaName, numbers: few(delta),
    });
  };
  derivatives(1, 0, last.delta[0]!, "∂L/∂z");
  const first = layers[0]!;
  first.delta.forEach((delta, unit) => {
    const name = names(false, unit);
    const [, rule] = ACTIVATED[first.activation]!;
    const weight = parameter({ kind: "weight", layer: 1, unit: 0, input: unit });
    found.push({
      phase: "backward", place: { kind: "unit", layer: 0, unit }, name: `∂L/∂${name.z}`, value: delta,
      what: `Back through hidden unit ${unit + 1}: the derivative above, times the weight on the way, times the slope of the unit.`,
      rule: `∂L/∂z · v${index(unit + 1)} · ${rule.replaceAll("a", name.a)}`,
      numbers: `${factor(last.delta[0]!)}·${factor(weight)}·${factor(first.slope[unit]!)}`,
    });
    derivatives(0, unit, delta, `∂L/∂${name.z}`);
  });
  return found;
}
