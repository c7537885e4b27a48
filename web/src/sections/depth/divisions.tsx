// The same number of units in one layer, two layers, and so on.

import { useAnswer } from "../../engine/answer.ts";
import { patient } from "../../engine/load.ts";
import { Words } from "../../parts/controls.tsx";
import { spec } from "../../state/spec.ts";
import { grouped, smallest, type Counted, type Subject } from "./answers.ts";
import { divided, file, randomLayers } from "./network.ts";

/** The numbers of units that can be chosen. */
export const FEWEST = 4;
export const MOST = 24;

/** So many random networks of each shape. */
const RANDOM = 2;

interface DivisionsProps {
  total: number;
  parts: number;
  set(parts: number): void;
}

/** A table with a row for each number of layers. */
export function Divisions({ total, parts, set }: DivisionsProps) {
  const shapes = Array.from({ length: Math.floor(total / 2) }, (_, l) => divided(total, l + 1));
  const all: Subject[] = shapes.flatMap((widths) => [
    { spec: spec({ target: { inputs: ["x", "y"], domain: { x: [0, 1], y: [0, 1] } }, network: { builder: "fold", widths } }).text },
    ...Array.from({ length: RANDOM }, (_, seed) => ({ network: file(randomLayers(widths, seed + 1)), domain: "x=-1..1, y=-1..1" })),
  ]);
  const { answer, failure, isStale } = useAnswer<Counted[]>({ do: "regions_of_all", all }, patient);
  if (failure) return <Words failure={failure} />;
  if (!answer) return <p role="status">Counting...</p>;
  const rows = Array.from({ length: answer.length / (RANDOM + 1) }, (_, l) => answer.slice(l * (RANDOM + 1), (l + 1) * (RANDOM + 1)));
  const folds = rows.map(([fold]) => Number(fold?.count ?? fold?.promise?.count ?? 0));
  const most = Math.max(...folds);
  return (
    <>
      <h2>The same units, divided</h2>
      <div class={isStale ? "wide stale" : "wide"}>
        <table class="divisions">
          <thead>
            <tr>
              <th scope="col">Hidden layers</th><th scope="col">Folding, counted</th><th scope="col">Random, counted</th>
              <th scope="col">At most</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([fold, ...random], l) => (
              <tr key={l} class={l + 1 === parts ? "chosen" : ""}>
                <th scope="row">
                  <button type="button" aria-pressed={l + 1 === parts} onClick={() => set(l + 1)}>{fold?.widths.join(" + ")}</button>
                </th>
                <td>
                  <span class="count-bar" style={{ width: `${100 * Math.log(Math.max(folds[l]!, 1)) / Math.log(Math.max(most, 2))}%` }} />
                  {grouped(folds[l]!)}{folds[l] === most && <b> most</b>}
                </td>
                <td>{random.map(({ count }) => grouped(count ?? 0)).join(", ")}</td>
                <td>{grouped(fold ? smallest(fold.bounds)?.bound ?? 0 : 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        Each folding layer multiplies the regions of the layers above it. But a layer of few units folds little, so there is a best
        number of layers. The bars have a logarithmic scale: equal lengths are equal factors. The random networks were drawn as in
        "weights to move".
      </p>
    </>
  );
}
