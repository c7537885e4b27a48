// Steps add up: a staircase under a curve, and one number that decides whether it is smooth.

import { Choice, Field, Slider, short } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useProof } from "../engine/proof.ts";
import { keyOf, spec } from "../state/spec.ts";
import type { Section } from "../state/section.ts";

const start = { formula: "sin(6*x)", low: "0", high: "1", cells: 12, steepness: 40, activation: "sigmoid" };
type Steps = typeof start;

function View({ state, set }: { state: Steps; set(changes: Partial<Steps>): void }) {
  const { formula, low, high, cells, steepness, activation } = state;
  const asked = spec({
    target: { formula, domain: { x: [low, high] } },
    network: {
      builder: "staircase", cells, activation,
      steepness: activation === "sigmoid" ? `${steepness}/cell` : undefined,
    },
    claim: { gap: "1/50" },
  });
  const progress = useProof({ do: "build", name: "steps", spec: asked.text }, ["curve"]);
  const wrong = progress.failure && keyOf(asked, progress.failure);
  return (
    <Layout
      lead={<p>
        Steps add up to a staircase, and a staircase follows any curve. With a small w h the steps blur into each other,
        and the same units follow the curve without stairs.
      </p>}
      controls={<>
        <Field
          label="Curve f(x)" value={formula} failure={wrong?.key === "target.formula" ? progress.failure : undefined}
          span={wrong?.span} onChange={(value) => set({ formula: value })}
        />
        <Slider label="Cells" value={cells} min={1} max={40} onChange={(value) => set({ cells: value })} />
        <Choice
          label="Units" value={activation} options={[["sigmoid", "smooth"], ["heaviside", "jumps"]]}
          onChange={(value) => set({ activation: value })}
        />
        {activation === "sigmoid" && <Slider
          label="w h: steepness times the width of a cell" value={steepness} min={0.5} max={200} isLog
          shown={short(steepness)} onChange={(value) => set({ steepness: value })}
        />}
      </>}
      figure={<Figure name="Largest error" progress={progress} question={formula} />}
      picture={<>
        <Picture svg={progress.answer?.pictures.curve} isStale={progress.stage === "first"} />
        <Files progress={progress} kind="curve" />
      </>}
    />
  );
}

export const steps: Section<Steps> = {
  id: "steps", name: "Steps add up", title: "Steps add up: smooth, or discrete?", start, View,
};
