// The table: what was certified of the trained network, and of those it is compared with.

import { Bounds, width } from "../../parts/figure.tsx";
import { sentence } from "../../parts/controls.tsx";
import { compared, type Rated } from "./training.ts";

/** What a row of the table is called. */
function name({ kind, title, says, units }: Rated) {
  if (kind === "constant") return <>the answer "{says}" everywhere</>;
  if (kind === "polygon") return <>best regular polygon with {units} sides</>;
  if (kind === "trained") return <>trained: {title}</>;
  return <>{title}, by formula</>;
}

/** How a trained network stands to another one, in one sentence. */
export function Verdict({ trained, other }: { trained: Rated; other: Rated }) {
  const [mine, its] = [trained.progress.answer, other.progress.answer];
  if (!mine || !its) return null;
  const found = compared(mine.enclosure, its.enclosure);
  const isSame = mine.enclosure.is_exact && its.enclosure.is_exact && mine.enclosure.lower === its.enclosure.lower;
  const isDone = trained.progress.stage === "rest" && other.progress.stage === "rest";
  if (other.kind === "constant") {
    const no = <>the answer "{other.says}", which looks at no input</>;
    if (found === "larger") return <><b>Training made it worse than {no}.</b> This is proved: the two enclosures do not overlap.</>;
    if (found === "smaller") return <>Training did better than {no}. This is proved.</>;
    if (isSame) return <>Training did exactly as well as {no}.</>;
    return isDone ? <>The enclosures do not tell whether training did better than {no}.</> : null;
  }
  const their = other.kind === "polygon" ? `the best polygon with ${other.units} sides` : `the ${other.title}`;
  if (found === "larger") return <>Training did worse than {their}. This is proved.</>;
  if (found === "smaller") return <>Training did better than {their}. This is proved.</>;
  return isDone ? <>The enclosures overlap with those of {their}: neither is proved to be better.</> : null;
}

export function Compared({ rated, isStale, what }: { rated: Rated[]; isStale: boolean; what: string }) {
  const [trained, ...others] = rated;
  if (!trained) return null;
  const order = ["constant", "polygon", "other"];
  const inOrder = [...others].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return (
    <div class={isStale ? "beside stale" : "beside"}>
      <h2>Beside networks that were not trained</h2>
      <div class="wide" role="region" aria-label="Certified errors" tabIndex={0}>
        <table class="certified">
          <thead>
            <tr><th scope="col">network</th><th scope="col">units</th><th scope="col">{what}, certified</th></tr>
          </thead>
          <tbody>
            {rated.map((row, place) => {
              const { answer, failure, stage } = row.progress;
              return (
                <tr key={place} data-kind={row.kind} data-stage={stage}>
                  <th scope="row">{name(row)}</th>
                  <td>{row.units}</td>
                  <td>
                    {failure ? sentence(failure.message) : !answer ? "proving..." : <>
                      <span class="bounds"><Bounds enclosure={answer.enclosure} /></span>{" "}
                      <small>{width(answer.enclosure)}{stage === "narrowing" && ", narrowing"}</small>
                    </>}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div class="verdicts" aria-live="polite">
        {inOrder.map((other) => <p key={other.title}><Verdict trained={trained} other={other} /></p>)}
      </div>
    </div>
  );
}
