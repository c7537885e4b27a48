// One unit: a weight, a bias, and how steep that is.

import { Choice, Slider, short } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useProof } from "../engine/proof.ts";
import type { Verify } from "../engine/protocol.ts";
import type { Section } from "../state/section.ts";

const start = { weight: 8, bias: -2, activation: "sigmoid" };
type Unit = typeof start;

const ACTIVATIONS = [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "relu"], ["heaviside", "step"]] as const;

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
function step(weight: number, bias: number, activation: string): string | undefined {
  if (weight === 0) return undefined;
  const [low, high] = activation === "tanh" ? ["-1", "1"] : ["0", "1"];
  return `if(${weight}*x + ${bias} >= 0, ${high}, ${low})`;
}

function View({ state, set }: { state: Unit; set(changes: Partial<Unit>): void }) {
  const { weight, bias, activation } = state;
  const target = step(weight, bias, activation);
  const question: Verify | undefined = target === undefined ? undefined : {
    do: "verify", name: "unit", network: network(weight, bias, activation), target, domain: "x=-1..1", norm: "l1", gap: "1/50",
  };
  const progress = useProof(question, ["curve"]);
  const place = -bias / weight;
  return (
    <Layout
      lead={<p>
        A unit computes one number: the activation of w x + b. It changes around x = −b/w, and the larger the weight,
        the steeper: a smooth unit with a large weight is a step.
      </p>}
      controls={<>
        <Slider label="Weight w" value={weight} min={-60} max={60} step={0.5} onChange={(value) => set({ weight: value })} />
        <Slider label="Bias b" value={bias} min={-40} max={40} step={0.5} onChange={(value) => set({ bias: value })} />
        <Choice label="Activation" value={activation} options={ACTIVATIONS} onChange={(value) => set({ activation: value })} />
        {weight !== 0 && <p>It changes at x = −b/w = {short(place)}.</p>}
      </>}
      figure={weight === 0
        ? <div class="figure"><p>With weight 0 the unit is constant. There is no place where it changes.</p></div>
        : <Figure name="Area between the unit and a step" progress={progress} question="unit" />}
      picture={<>
        <Picture svg={progress.answer?.pictures.curve} isStale={progress.stage === "first"} />
        <Files progress={progress} kind="curve" />
      </>}
    >
      <p>
        The largest error near the step stays 1/2 for every weight: a smooth unit passes through the middle. The area between
        the two is what a large weight makes small. On the whole line it is 2 ln 2 / |w| for a sigmoid.
      </p>
    </Layout>
  );
}

export const unit: Section<Unit> = {
  id: "unit", name: "One unit", title: "What does one unit do?", start, View,
};
