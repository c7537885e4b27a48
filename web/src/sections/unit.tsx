// One unit: a weight, a bias, and how steep that is.

import { Choice, Slider, Tick, short, signed } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useProof } from "../engine/proof.ts";
import type { Verify } from "../engine/protocol.ts";
import type { Section } from "../state/section.ts";

const start = { weight: 8, bias: -2, activation: "sigmoid", hold: false };
type Unit = typeof start;

const ACTIVATIONS = [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["heaviside", "step"]] as const;

/** A network of one unit, as a file. */
function network(weight: number, bias: number, activation: string): string {
  return JSON.stringify({
    steeple_network: 1, inputs: ["x"], outputs: ["z"],
    layers: [
      { activation, weights: [[String(weight)]], bias: [String(bias)] },
      { activation: "identity", weights: [["1"]], bias: ["0"] },
    ],
  });
}

/** The step at the place where w x + b is 0; `undefined` without one. */
export function step(weight: number, bias: number, activation: string): string | undefined {
  if (weight === 0) return undefined;
  const [low, high] = activation === "tanh" ? ["-1", "1"] : ["0", "1"];
  const sum = bias === 0 ? `${weight}*x` : `${weight}*x ${bias < 0 ? "-" : "+"} ${Math.abs(bias)}`;
  return `if(${sum} >= 0, ${high}, ${low})`;
}

/** Sliders move by this much, so that a held place stays where it is as well as it can. */
const GRID = 0.25;
const MOST_BIAS = 60;

/** The bias that leaves the place where the unit changes where it is. */
export function biasFor(weight: number, place: number): number {
  return Math.max(-MOST_BIAS, Math.min(MOST_BIAS, Math.round(-weight * place / GRID) * GRID));
}

function View({ state, set }: { state: Unit; set(changes: Partial<Unit>): void }) {
  const { weight, bias, activation, hold } = state;
  const target = step(weight, bias, activation);
  const question: Verify | undefined = target === undefined ? undefined : {
    do: "verify", name: "unit", network: network(weight, bias, activation), target, domain: "x=-1..1", norm: "l1", gap: "1/50",
  };
  const progress = useProof(question, ["curve"]);
  const place = -bias / weight;
  const move = (value: number) => set({ weight: value, ...(hold && weight !== 0 && value !== 0 ? { bias: biasFor(value, place) } : {}) });
  return (
    <Layout
      lead={<p>
        A unit computes one number: the activation of w x + b. It changes around x = −b/w, and the larger the weight,
        the steeper: a smooth unit with a large weight is nearly a step.
      </p>}
      controls={<>
        <Slider label="Weight w" value={weight} min={-60} max={60} step={GRID} onChange={move} />
        <Slider label="Bias b" value={bias} min={-MOST_BIAS} max={MOST_BIAS} step={GRID} onChange={(value) => set({ bias: value })} />
        <Tick label="Hold the place while the weight changes" value={hold} onChange={(value) => set({ hold: value })} />
        <Choice label="Activation" value={activation} options={ACTIVATIONS} onChange={(value) => set({ activation: value })} />
        {weight !== 0 && <p>It changes at x = −b/w = {signed(place)}{Math.abs(place) > 1 && ", outside of the picture"}.</p>}
      </>}
      figure={weight === 0
        ? <div class="figure"><p>With weight 0 the unit is constant. There is no place where it changes.</p></div>
        : <Figure name="Area between the unit and a step" progress={progress} question={activation} />}
      picture={<>
        <Picture svg={progress.answer?.pictures.curve} isStale={progress.stage === "first"} />
        <Files progress={progress} kind="curve" />
      </>}
    >
      <p>
        Next to the step, the error stays half of its height for every weight: a smooth unit passes through the middle. The
        area between the two is what a large weight makes small.{" "}
        {weight !== 0 && activation === "sigmoid" && <>
          On the whole line it is 2 ln 2 / |w|, here about {short(2 * Math.LN2 / Math.abs(weight))}.
        </>}
        {weight !== 0 && activation === "tanh" && <>
          On the whole line it is 2 ln 2 / |w|, here about {short(2 * Math.LN2 / Math.abs(weight))}: a tanh is a sigmoid of twice
          the weight and twice the height.
        </>}
      </p>
    </Layout>
  );
}

export const unit: Section<Unit> = {
  id: "unit", name: "One unit", title: "What does one unit do?", start, View,
};
