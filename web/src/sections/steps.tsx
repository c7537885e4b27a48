// Steps add up: a staircase under a curve, and one number that decides whether it is smooth.

import { useContext, useMemo } from "preact/hooks";
import { Errors, type Line } from "../parts/errors.tsx";
import { Choice, Field, Slider, Tick, among, short, within } from "../parts/controls.tsx";
import { Figure, PredictFirst } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useKept } from "../engine/answer.ts";
import { useProof } from "../engine/proof.ts";
import type { Build } from "../engine/protocol.ts";
import { found, useSweep } from "../engine/sweep.ts";
import { isAbout, keyOf, spec } from "../state/spec.ts";
import type { Section } from "../state/section.ts";
import { Board } from "./steps/board.tsx";
import * as curves from "./steps/curve.ts";
import type { Told } from "./steps/units.ts";

const start = {
  source: "typed", formula: "sin(6*x)", curve: curves.START, low: "0", high: "1", cells: 12, activation: "sigmoid", steepness: 40,
  heights: "values", ghosts: 2, apart: false,
};
type Steps = typeof start;

/** The values of w h in the plot of errors. */
const PRODUCTS = [1, 4, 40, 2, 10, 100, 0.5, 200, 6, 20, 3, 1.5];

const FIT = { values: "heights are values of f", fitted: "heights are fitted" } as const;

const SOURCES = [["typed", "type a formula"], ["drawn", "draw"]] as const;
const STEPS = [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["heaviside", "jumps"]] as const;
const HEIGHTS = [["values", "values of f"], ["fitted", "fitted"]] as const;

/** A state with values that the controls allow, whatever a link says. */
function sane(state: Steps): Steps {
  return {
    ...state,
    source: among(state.source, SOURCES), activation: among(state.activation, STEPS), heights: among(state.heights, HEIGHTS),
    cells: within(state.cells, 1, 40, true), steepness: within(state.steepness, 0.5, 200), ghosts: within(state.ghosts, 0, 6, true),
  };
}

/** The spec of a staircase. */
function stairs(state: Steps, formula: string) {
  const { low, high, cells, steepness, activation, heights, ghosts } = state;
  const isSmooth = activation !== "heaviside";
  return spec({
    target: { formula, inputs: ["x"], domain: { x: [low, high] } },
    network: {
      builder: "staircase", cells, activation,
      // tanh with half of the weight is the same step.
      steepness: isSmooth ? `${activation === "tanh" ? steepness / 2 : steepness}/cell` : undefined,
      heights: isSmooth ? heights : undefined,
      ghosts: isSmooth ? ghosts : undefined,
    },
    claim: { gap: "1/50" },
  });
}

function View({ state: given, set }: { state: Steps; set(changes: Partial<Steps>): void }) {
  const state = sane(given);
  const { source, low, high, cells, steepness, activation, heights, ghosts, apart } = state;
  const isDrawn = source === "drawn";
  const isSmooth = activation !== "heaviside";
  const formula = isDrawn ? curves.formula(state.curve, low, high) : state.formula;
  const asked = stairs(state, formula);
  const progress = useProof({ do: "build", name: "steps", spec: asked.text }, ["curve"]);
  const { failure } = progress;
  const wrong = failure && keyOf(asked, failure);
  const end = (i: number) => (isAbout(asked, failure, `target.domain.x.${i}`) ? failure : undefined);
  const told = useKept<Told>(progress, { do: "steps", samples: 400 });

  const other = (changes: Partial<Steps>): Build => {
    const { text } = stairs({ ...state, ...changes }, formula);
    return { do: "build", name: "steps of the plot", spec: text };
  };
  // What follows depends on everything but the present place.
  const shape = JSON.stringify([formula, low, high, cells, activation, ghosts]);
  const kinds = heights === "fitted" ? ["fitted", "values"] as const : ["values", "fitted"] as const;
  const plot = useMemo(() => {
    const smooth = isSmooth ? activation : "sigmoid";
    const jumps = other({ activation: "heaviside" });
    const lines = kinds.map((kind) => ({
      kind, points: [...PRODUCTS].map((product) => ({ product, question: other({ heights: kind, steepness: product, activation: smooth }) })),
    }));
    return { jumps, lines, all: [jumps, ...lines.flatMap(({ points }) => points.map(({ question }) => question))] };
  }, [shape, heights]);
  const isFree = !useContext(PredictFirst) && progress.stage === "rest" && !failure && progress.answer !== undefined;
  const left = useSweep(failure ? [] : plot.all, isFree);
  const lines: Line[] = failure ? [] : (["values", "fitted"] as const).map((kind) => ({
    name: FIT[kind], isPresent: isSmooth && heights === kind,
    marks: (plot.lines.find((line) => line.kind === kind)?.points ?? [])
      .map(({ product, question }) => ({
        x: product, enclosure: found(question), name: `w h = ${product}, ${FIT[kind]}`,
        choose: () => set({ steepness: product, heights: kind, activation: isSmooth ? activation : "sigmoid" }),
      }))
      .sort((a, b) => a.x - b.x),
  }));
  if (!failure) {
    lines.push({
      name: "jumps", isLevel: true, isPresent: !isSmooth,
      marks: [{ x: 1, enclosure: found(plot.jumps), name: "jumps", choose: () => set({ activation: "heaviside" }) }],
    });
  }
  const domain: [number, number] = told?.domain ?? [Number(low) || 0, Number(high) || 1];
  return (
    <Layout
      lead={<p>
        Each unit is a step, and steps add up to a staircase that follows any curve. Is the network smooth, or made of
        steps? One number decides: <b>w h</b>, the steepness w of the steps times the width h of a cell. With a small w h
        the steps blur into each other, and the same units follow the curve without stairs.
      </p>}
      controls={<>
        <Choice
          label="Curve" value={source} options={SOURCES}
          onChange={(value) => {
            // One draws on from the curve that is there.
            const isFirst = value === "drawn" && told && !failure && state.curve === curves.START;
            set({ source: value, ...(isFirst && { curve: curves.sampled(told.target.map(([, height]) => height)) }) });
          }}
        />
        {!isDrawn && <Field
          label="Curve f(x)" value={state.formula} failure={wrong?.key === "target.formula" ? failure : undefined}
          span={wrong?.span} onChange={(value) => set({ formula: value })}
        />}
        <div class="interval">
          <Field label="x from" value={low} failure={end(0)} onChange={(value) => set({ low: value })} />
          <Field label="to" value={high} failure={end(0) && end(1) ? undefined : end(1)} onChange={(value) => set({ high: value })} />
        </div>
        <Slider label="Cells" value={cells} min={1} max={40} onChange={(value) => set({ cells: value })} />
        <Choice
          label="Steps" value={activation} options={STEPS}
          onChange={(value) => set({ activation: value })}
        />
        {isSmooth && <>
          <Slider
            label="w h: steepness times the width of a cell" value={steepness} min={0.5} max={200} isLog
            shown={short(steepness)} onChange={(value) => set({ steepness: value })}
          />
          <Choice
            label="Heights of the steps" value={heights} options={HEIGHTS}
            onChange={(value) => set({ heights: value })}
          />
          <Slider
            label="Padding steps on each side" value={ghosts} min={0} max={6} onChange={(value) => set({ ghosts: value })}
          />
        </>}
        <Tick label="Show each step" value={apart} onChange={(value) => set({ apart: value })} />
      </>}
      figure={<>
        <Figure name="Largest error" progress={progress} question={asked.text}>
          {notes(progress.answer?.notes)}
        </Figure>
        {!failure && <Errors
          title="The error over w h, at the same cells" xName="w h (log scale)" xRange={[0.4, 250]} lines={lines} left={left}
          present={isSmooth && progress.answer && progress.stage !== "first" ? { x: steepness, enclosure: progress.answer.enclosure } : undefined}
          move={(place) => set({ steepness: within(Number(place.toPrecision(3)), 0.5, 200), activation: isSmooth ? activation : "sigmoid" })}
        />}
      </>}
      picture={<>
        {(isDrawn || apart) && <Board
          title={isDrawn ? "Draw the curve" : "The sum of the steps"} told={failure ? undefined : told} isStale={progress.stage === "first"} isApart={apart}
          domain={domain} {...(isDrawn && { curve: state.curve, draw: (curve: string) => set({ curve }) })}
        />}
        <Picture svg={progress.answer?.pictures.curve} isStale={progress.stage === "first"} />
        <Files progress={progress} kind="curve" />
      </>}
    >
      {isDrawn && <p>The drawn curve as a formula: <code>{formula}</code></p>}
      <h2>Smooth, or discrete?</h2>
      <p>
        With a large w h every step is much narrower than a cell: the network is made of steps. Then the error is about
        half of the height of a step. More weight does not help; only more cells do.
      </p>
      <p>
        With w h around 4 neighbours overlap, and the stairs almost vanish. With a still smaller w h the steps are a blur:
        heights that are values of f lose the curve, and fitted heights correct that in advance. Then the error of a
        smooth curve becomes very small.
      </p>
      <p>
        Padding steps stand at the ends of the domain and beyond them. A soft step there needs neighbours, too. tanh with
        half the weight is the same step as sigmoid, so w h counts tanh twice.
      </p>
    </Layout>
  );
}

/** What the builder says of its choices, where that is worth knowing. */
function notes(given: string[] | undefined) {
  const told = given?.filter((note) => note.startsWith("the heights are values: ")) ?? [];
  return told.length > 0 && <p class="evidence">No fit was found, so the heights are the values of f.</p>;
}

export const steps: Section<Steps> = {
  id: "steps", name: "Steps add up", title: "Steps add up: smooth, or discrete?", start, View,
};
