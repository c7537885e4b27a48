// The network of the moment: a diagram, and a column of weights for each unit.

import { brief } from "./numbers.ts";
import { rows } from "./net.ts";
import type { Trained } from "./training.ts";

interface UnitsProps {
  trained: Trained;
  weights: ArrayLike<number>;
  lit: number | undefined;
  onLit(unit: number | undefined): void;
}

const [WIDE, HIGH] = [320, 170];

export function Units({ trained, weights, lit, onLit }: UnitsProps) {
  const { shape } = trained;
  const first = rows(shape, weights, 0);
  const last = rows(shape, weights, shape.layers.length - 1)[0]!;
  const height = (place: number, count: number) => HIGH * (place + 0.5) / count;
  const into = Math.max(...first.flatMap(({ weights }) => weights.map(Math.abs)), 1e-9);
  const out = Math.max(...last.weights.map(Math.abs), 1e-9);
  const edge = (value: number, most: number) => ({
    stroke: value < 0 ? "var(--two)" : "var(--one)", "stroke-width": 0.5 + 4.5 * Math.sqrt(Math.abs(value) / most),
  });
  const shade = (unit: number) => (lit === undefined || lit === unit ? 1 : 0.25);
  const names = shape.inputs;
  return (
    <div class="unit-weights">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" font-family="Arial, sans-serif"
        aria-label={`${names.length} inputs, ${first.length} units, 1 output. Wide lines are large weights; the table has the numbers.`}
      >
        {first.map(({ weights }, unit) => (
          <g key={unit} opacity={shade(unit)} onPointerEnter={() => onLit(unit)} onPointerLeave={() => onLit(undefined)}>
            {weights.map((value, input) => (
              <path key={input} d={`M44 ${height(input, names.length)}L160 ${height(unit, first.length)}`} {...edge(value, into)} />
            ))}
            <path d={`M160 ${height(unit, first.length)}L280 ${HIGH / 2}`} {...edge(last.weights[unit] ?? 0, out)} />
            <circle cx="160" cy={height(unit, first.length)} r="13" fill="var(--page)" stroke="var(--three)" stroke-width={lit === unit ? 4 : 2} />
            <text x="160" y={height(unit, first.length) + 5} text-anchor="middle" font-size="13" fill="var(--text)">{unit + 1}</text>
          </g>
        ))}
        {names.map((name, input) => (
          <g key={name}>
            <circle cx="36" cy={height(input, names.length)} r="13" fill="var(--page)" stroke="var(--soft)" />
            <text x="36" y={height(input, names.length) + 5} text-anchor="middle" font-size="13" font-style="italic" fill="var(--text)">{name}</text>
          </g>
        ))}
        <circle cx="288" cy={HIGH / 2} r="13" fill="var(--page)" stroke="var(--soft)" />
        <text x="288" y={HIGH / 2 + 5} text-anchor="middle" font-size="13" font-style="italic" fill="var(--text)">z</text>
      </svg>
      <p class="points-legend"><span class="of-inside">blue: weight above 0</span>, <span class="of-outside">orange: below 0</span></p>
      <div class="wide" role="region" aria-label="Weights of the units" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">unit</th>
              {first.map((_, unit) => (
                <th key={unit} scope="col" class={lit === unit ? "lit" : ""}>
                  <button
                    type="button" aria-pressed={lit === unit} onFocus={() => onLit(unit)} onBlur={() => onLit(undefined)} onClick={() => onLit(unit)}
                    onPointerEnter={() => onLit(unit)} onPointerLeave={() => onLit(undefined)}
                  >{unit + 1}</button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, input) => (
              <tr key={name}>
                <th scope="row">weight of {name}</th>
                {first.map(({ weights }, unit) => <td key={unit} class={lit === unit ? "lit" : ""}>{brief(weights[input] ?? 0)}</td>)}
              </tr>
            ))}
            <tr>
              <th scope="row">bias</th>
              {first.map(({ bias }, unit) => <td key={unit} class={lit === unit ? "lit" : ""}>{brief(bias)}</td>)}
            </tr>
            <tr>
              <th scope="row">weight in z</th>
              {first.map((_, unit) => <td key={unit} class={lit === unit ? "lit" : ""}>{brief(last.weights[unit] ?? 0)}</td>)}
            </tr>
          </tbody>
        </table>
      </div>
      <p><small>Bias of z: {brief(last.bias)}. A point is inside where z ≥ {brief(trained.threshold)}.</small></p>
    </div>
  );
}
