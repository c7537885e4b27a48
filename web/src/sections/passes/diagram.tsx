// The network as circles and lines, with the numbers that the walk has reached.

import { few, isSame, names, nameOf, places, type Passes, type Place, type Value } from "./walk.ts";

interface DiagramProps {
  passes: Passes;
  /** The values that are known. */
  known: Value[];
  /** The value of the moment. */
  now: Value;
}

const WIDTH = 520;
const RADIUS = 34;
const COLUMNS = [40, 246, 404, 484] as const;

/** A number that fits beside a line. */
function tiny(value: number): string {
  const text = few(Number(value.toPrecision(3)));
  return text.length > 8 ? few(Number(value.toPrecision(1))) : text;
}

/** A number that fits a circle. */
const smaller = (value: number) => (tiny(value).length > 6 ? few(Number(value.toPrecision(2))) : tiny(value));

export function Diagram({ passes, known, now }: DiagramProps) {
  const hidden = passes.layers[0]!.z.length;
  const gap = 170;
  const height = 160 + gap * (hidden - 1);
  const middle = height / 2 - 6;
  const rows = (count: number) => Array.from({ length: count }, (_, row) => middle + gap * (row - (count - 1) / 2));
  const columns = [rows(passes.inputs.length), rows(hidden), rows(1)];
  const value = (name: string) => known.find((value) => value.name === name)?.value;
  const shown = (name: string, digits = tiny) => {
    const found = value(name);
    return found === undefined ? "?" : digits(found);
  };
  const isNow = (place: Place) => isSame(place, now.place);
  const parameters = places(hidden, passes.inputs.length);

  const lines = parameters.map((place, k) => {
    if (place.kind !== "weight") return null;
    const [x1, y1] = [COLUMNS[place.layer]!, columns[place.layer]![place.input]!];
    const [x2, y2] = [COLUMNS[place.layer + 1]!, columns[place.layer + 1]![place.unit]!];
    // Here no two lines are near each other.
    const part = place.layer === 0 ? 0.62 : 0.47;
    const [x, y] = [x1 + part * (x2 - x1), y1 + part * (y2 - y1)];
    const derivative = value(`∂L/∂${nameOf(place)}`);
    return {
      line: <line key={k} x1={x1} y1={y1} x2={x2} y2={y2} class={isNow(place) ? "now" : ""} />,
      text: (
        <g key={k} class={isNow(place) ? "now" : ""}>
          <text x={x} y={y + (derivative === undefined ? 5 : -3)}>{tiny(passes.parameters[k]!)}</text>
          {derivative !== undefined && <text x={x} y={y + 13} class="back">∂ {tiny(derivative)}</text>}
        </g>
      ),
    };
  });
  const circle = (x: number, y: number, name: string, text: string, isActive: boolean) => (
    <g class={isActive ? "now" : ""}>
      <circle cx={x} cy={y} r={RADIUS} />
      <text x={x} y={y - 6}>{name}</text>
      <text x={x} y={y + 13} class="value">{text}</text>
    </g>
  );
  const unit = (layer: number, place: number) => {
    const isLast = layer === 1;
    const [x, y] = [COLUMNS[layer + 1]!, columns[layer + 1]![place]!];
    const name = names(isLast, place);
    const bias: Place = { kind: "bias", layer, unit: place };
    const derivative = value(`∂L/∂${name.b}`);
    const delta = value(`∂L/∂${name.z}`);
    const at = parameters.findIndex((other) => isSame(other, bias));
    return (
      <g key={`${layer} ${place}`}>
        {circle(x, y, name.a, shown(name.a, smaller), isNow({ kind: "unit", layer, unit: place }))}
        <text x={x} y={y - RADIUS - 8}>{name.z} = {shown(name.z)}</text>
        {delta !== undefined && <text x={x} y={y - RADIUS - 25} class="back">∂ {tiny(delta)}</text>}
        <g class={isNow(bias) ? "now" : ""}>
          <text x={x} y={y + RADIUS + 18}>{name.b} = {tiny(passes.parameters[at]!)}</text>
          {derivative !== undefined && <text x={x} y={y + RADIUS + 35} class="back">∂ {tiny(derivative)}</text>}
        </g>
      </g>
    );
  };
  return (
    <svg class="passes" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby="passes-title passes-desc">
      <title id="passes-title">The network at the point: {now.phase === "forward" ? "forward" : "backward"} pass, {now.name}</title>
      <desc id="passes-desc">
        {known.map(({ name, value }) => `${name} = ${few(value)}`).join("; ")}
      </desc>
      <line x1={COLUMNS[2]} y1={middle} x2={COLUMNS[3]} y2={middle} />
      {lines.map((line) => line?.line)}
      {passes.inputs.map((input, k) => (
        <g key={k}>{circle(COLUMNS[0], columns[0]![k]!, ["x", "y"][k] ?? "", smaller(input), false)}</g>
      ))}
      {columns[1]!.map((_, place) => unit(0, place))}
      {unit(1, 0)}
      {circle(COLUMNS[3], middle, "L", shown("L", smaller), now.place.kind === "loss")}
      <text x={COLUMNS[3]} y={middle + RADIUS + 18}>t = {tiny(passes.label)}</text>
      {lines.map((line) => line?.text)}
    </svg>
  );
}
