// What does training find?

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Choice, Field, Slider, Tick, Words, sentence, short } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files, save } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Failure } from "../engine/protocol.ts";
import { isAbout, keyOf, spec, type Value } from "../state/spec.ts";
import type { Section } from "../state/section.ts";
import { Compared, Verdict } from "./experiment/compared.tsx";
import { Player, frameOf } from "./experiment/film.tsx";
import type { Box } from "./experiment/net.ts";
import { brief } from "./experiment/numbers.ts";
import { ByHand, FromFile, LONGEST_IN_LINK, csvOf, readPoints, round, writePoints } from "./experiment/own.tsx";
import { Plot, onPaper } from "./experiment/plot.tsx";
import { useComparison, useTraining, type Comparison, type StartOutcome, type Train } from "./experiment/training.ts";
import { Units } from "./experiment/units.tsx";

const start = {
  /** Where the labels come from: disk, circle, own, hand, file. */
  labels: "disk",
  formula: "y >= x^2 - 1", low: "-3/2", high: "3/2",
  /** Half the thickness of the band around the circle, in x² + y². */
  band: 0.02,
  units: 6, activation: "sigmoid", method: "lbfgs", steps: 500, samples: 1000, seed: 1, starts: 5,
  /** Points by hand, and a small file. */
  points: "-0.8 -0.8 1,-0.6 -1 1,-1 -0.5 1,-0.5 -0.5 1,0.8 0.8 1,0.6 1 1,1 0.5 1,0.5 0.5 1,"
    + "-0.8 0.8 0,-0.6 1 0,-1 0.5 0,-0.5 0.5 0,0.8 -0.8 0,0.6 -1 0,1 -0.5 0,0.5 -0.5 0",
  csv: "x,y,label\n-1,0,1\n0,1,1\n1,0,1\n0,-1,1\n0,0,0\n1/5,1/5,0\n",
  /** Compare own points with a region? */
  truth: false,
  /** The step that is shown; -1 for the last. */
  step: -1,
};
type Experiment = typeof start;

const LABELS = [
  ["disk", "in the disk"], ["circle", "on the circle"], ["own", "in a region of mine"], ["hand", "points by hand"], ["file", "a file"],
] as const;
const ACTIVATIONS = [["sigmoid", "sigmoid"], ["tanh", "tanh"], ["relu", "relu"]] as const;
const METHODS = [["lbfgs", "L-BFGS"], ["adam", "Adam"]] as const;

/** The most pictures of a film. */
const FILM = 2001;

/** A whole number of the state within what its slider shows: a link may say anything. */
const within = (value: number, low: number, high: number) => Math.round(Math.max(low, Math.min(high, value)));

/** The region that gives the labels; `undefined` for points without one. */
function regionOf({ labels, formula, band, truth }: Experiment): string | undefined {
  if (labels === "disk") return "x^2 + y^2 <= 1";
  if (labels === "circle") return `abs(x^2 + y^2 - 1) <= ${band}`;
  return labels === "own" || truth ? formula : undefined;
}

/** The question to train, and the spec with the places of its values. */
function questionOf(state: Experiment, csv: string) {
  const { labels, low, high, activation, method } = state;
  const region = regionOf(state);
  const isOwn = labels === "hand" || labels === "file";
  const sides: [Value, Value] = labels === "disk" || labels === "circle" ? ["-3/2", "3/2"] : [low, high];
  const domain: Value = { x: sides, y: sides };
  const compare: Record<string, Value | undefined> = {
    hidden: [[within(state.units, 2, 6)]], activation, optimizer: method, steps: within(state.steps, 1, 2000),
    restarts: within(state.starts, 1, 10), seed: within(state.seed, 0, 1e9),
  };
  const asked = spec({
    ...(region !== undefined ? { target: { formula: region, inputs: ["x", "y"], domain }, claim: { norm: "area", gap: "1/100" } }
      : labels === "hand" ? { target: { inputs: ["x", "y"], domain } } : {}),
    compare: isOwn ? { ...compare, data: "points.csv" } : { ...compare, samples: within(state.samples, 10, 5000) },
  });
  const points = labels === "hand" ? csvOf(readPoints(state.points)) : labels === "file" ? csv : undefined;
  const question: Train = { do: "train", name: "experiment", spec: asked.text, film: FILM, ...(points === undefined ? {} : { points }) };
  return { asked, question, region, domain: `x=${sides[0]}..${sides[1]}, y=${sides[0]}..${sides[1]}` };
}

function View({ state: given, set }: { state: Experiment; set(changes: Partial<Experiment>): void }) {
  const labels = LABELS.find(([known]) => known === given.labels)?.[0] ?? "disk";
  const state = { ...given, labels };
  // A large file does not stand in the link.
  const [large, setLarge] = useState<{ text: string; name: string }>();
  const csv = large?.text ?? state.csv;
  const hand = useMemo(() => readPoints(state.points), [state.points]);
  const { asked, question, region, domain } = useMemo(() => questionOf(state, csv), [
    labels, state.formula, state.low, state.high, state.band, state.units, state.activation, state.method, state.steps,
    state.samples, state.seed, state.starts, state.points, state.truth, csv,
  ]);
  const isEmpty = labels === "hand" && hand.length === 0;
  const training = useTraining(isEmpty ? undefined : question);
  const { trained, failure, isStale } = training;
  const canDraw = trained?.inputs.length === 2 && trained.is_region;
  const hasRegion = canDraw === true && region !== undefined;
  // While the next network is trained, the table of the last one stays.
  const certified = useRef<Comparison>();
  if (!isStale) certified.current = hasRegion ? { trained, spec: asked.text, target: region, domain } : undefined;
  const { rated, way } = useComparison(certified.current);

  // What is shown of the film: a step of the link, or of the film while it runs.
  const [running, setRunning] = useState<number>();
  useEffect(() => setRunning(undefined), [trained]);
  const last = trained ? trained.losses.length - 1 : 0;
  const step = Math.max(0, Math.min(running ?? (state.step < 0 ? trained?.chosen ?? 0 : state.step), last));
  const isEnd = trained !== undefined && step === trained.chosen;
  const weights = trained && (isEnd ? trained.weights : trained.film[frameOf(trained.steps, step)]);
  const [lit, setLit] = useState<number>();
  const onStep = (to: number, isMoving: boolean) => {
    setRunning(isMoving ? to : undefined);
    if (!isMoving) set({ step: to === trained?.chosen ? -1 : to });
  };

  // The next point.
  const [cursor, setCursor] = useState({ x: 0, y: 0 });
  const [inside, setInside] = useState(true);
  const add = (x: number, y: number) => {
    set({ points: writePoints([...hand, { x: round(x), y: round(y), inside }]), step: -1 });
    setCursor({ x: round(x), y: round(y) });
  };
  const wrong = failure && keyOf(asked, failure);
  const at = (key: string) => (wrong?.key === key ? { failure, span: wrong.span } : {});
  const isHigh = isAbout(asked, failure, "target.domain.x.1") && !isAbout(asked, failure, "target.domain.x.0");
  const isShownBelow = wrong?.key === "target.formula" || wrong?.key === "target.domain" || failure?.field === "points";
  const box = boxOf(trained, state, labels);
  const points = useMemo(() => (labels === "hand"
    ? { x: hand.map(({ x }) => x), y: hand.map(({ y }) => y), inside: (place: number) => hand[place]!.inside, count: hand.length }
    : canDraw ? { x: trained.points[0]!, y: trained.points[1]!, inside: (place: number) => trained.targets[0]![place]! > 0.5, count: trained.points[0]!.length }
      : { x: [], y: [], inside: () => false, count: 0 }), [trained, labels, hand, canDraw]);
  const what = "misclassified area";
  const mine = rated[0];
  const constant = rated.find(({ kind }) => kind === "constant");
  const wrongCount = trained?.wrong?.length;
  const change = (changes: Partial<Experiment>) => set({ ...changes, step: -1 });
  const isOwn = labels === "hand" || labels === "file";
  return (
    <Layout
      lead={<>
        <p>
          Points get labels: inside (●) or outside (×). A network with a few units in one layer is trained on them. At the points it is
          nearly always right. And between the points?
        </p>
        {labels === "circle" && <p>
          A point is never on the circle itself: the circle has no area. So "on" means a thin band around it. Is the trained network
          better than the answer "no" everywhere?
        </p>}
      </>}
      controls={<>
        <Choice label="Labels" value={labels} options={LABELS} onChange={(value) => change({ labels: value })} />
        {labels === "circle" && <Slider
          label="Band: |x² + y² − 1| is at most" value={state.band} min={0.02} max={0.3} step={0.01} shown={short(state.band)}
          onChange={(value) => change({ band: value })}
        />}
        {labels === "hand" && <ByHand
          points={hand} cursor={cursor} inside={inside} range={[box[0][0], box[0][1]]} onCursor={setCursor} onClass={setInside}
          onChange={(next) => change({ points: writePoints(next) })}
        />}
        {labels === "file" && <FromFile
          text={csv} name={large?.name ?? "points.csv"} failure={failure?.field === "points" ? forPage(failure) : undefined}
          onChange={(text, name) => {
            if (text.length <= LONGEST_IN_LINK) {
              setLarge(undefined);
              change({ csv: text });
            } else {
              setLarge({ text, name });
              change({});
            }
          }}
        />}
        {isOwn && <Tick label="Compare with a region" value={state.truth} onChange={(value) => change({ truth: value })} />}
        {(labels === "own" || (isOwn && state.truth)) && <Field
          label="Region of x and y" value={state.formula} {...at("target.formula")} onChange={(value) => change({ formula: value })}
        />}
        {(labels === "own" || labels === "hand" || (labels === "file" && state.truth)) && <div class="range-ends">
          <Field label="x and y from" value={state.low} failure={isHigh ? undefined : at("target.domain").failure} onChange={(value) => change({ low: value })} />
          <Field label="to" value={state.high} failure={isHigh ? failure : undefined} onChange={(value) => change({ high: value })} />
        </div>}
        <Slider label="Units" value={within(state.units, 2, 6)} min={2} max={6} onChange={(value) => change({ units: value })} />
        <Choice label="Activation" value={state.activation as typeof ACTIVATIONS[number][0]} options={ACTIVATIONS} onChange={(value) => change({ activation: value })} />
        <Slider label="Seed: another one, other points and starts" value={within(state.seed, 0, 1e9)} min={1} max={20} onChange={(value) => change({ seed: value })} />
        <details>
          <summary>More: method, steps, starts, number of points</summary>
          <Choice label="Method" value={state.method as typeof METHODS[number][0]} options={METHODS} onChange={(value) => change({ method: value })} />
          <Slider label="At most so many steps" value={within(state.steps, 1, 2000)} min={10} max={2000} isLog onChange={(value) => change({ steps: Math.round(value) })} />
          <Slider label="Random starts; the best one counts" value={within(state.starts, 1, 10)} min={1} max={10} onChange={(value) => change({ starts: value })} />
          {!isOwn && <Slider
            label="Points" value={within(state.samples, 10, 5000)} min={10} max={5000} isLog shown={String(within(state.samples, 10, 5000))}
            onChange={(value) => change({ samples: Math.round(value) })}
          />}
        </details>
      </>}
      figure={<>
        {failure && !isShownBelow && <div class="figure failed" role="alert"><Words failure={failure} /></div>}
        {hasRegion && !failure && <Figure
          name="Misclassified area of the trained network" question={`${region} ${state.units} ${state.seed}`}
          progress={mine ? isStale ? { ...mine.progress, stage: "first" } : mine.progress : { stage: "first" }}
        >
          <p class="evidence">
            The whole square has the area {short((box[0][1] - box[0][0]) * (box[1][1] - box[1][0]))}.
            {wrongCount !== undefined && ` At the points: ${wrongCount} of ${points.count} wrong, counted exactly.`}
          </p>
          {mine && constant && <p><Verdict trained={mine} other={constant} /></p>}
        </Figure>}
        {canDraw && !hasRegion && !failure && wrongCount !== undefined && <div class="figure" data-stage={isStale ? "first" : "rest"} data-count={wrongCount}>
          <p class="value" aria-live="polite"><span class="what">Points that the trained network decides wrongly</span> <b>{wrongCount}</b> of {points.count}</p>
          <p class="evidence">Counted exactly. Points alone say nothing about the places between them: for an area, compare with a region.</p>
        </div>}
        {trained && !canDraw && !failure && <div class="figure failed" role="alert"><p>
          This page draws points with two inputs and a column "label". These have {trained.inputs.length === 1 ? "one input" : `${trained.inputs.length} inputs`}
          {trained.is_region ? "" : " and a column \"value\""}. The program <code>steeple train</code> trains on them.
        </p></div>}
        {isEmpty && <div class="figure"><p>There are no points yet. Click in the picture, or give a place.</p></div>}
        {failure && isShownBelow && <div class="figure failed"><p>No figure: something is wrong in a field.</p></div>}
      </>}
      picture={<>
        <div class={isStale ? "picture stale" : "picture"}>
          <Plot
            id="plane" box={box} points={points} names={trained?.inputs ?? ["x", "y"]} trained={canDraw ? trained : undefined}
            weights={weights} isMoving={running !== undefined} lit={lit} onLit={setLit} circles={circlesOf(state)} onPlace={labels === "hand" ? add : undefined}
            cursor={labels === "hand" ? cursor : undefined}
            title={trained && canDraw ? `${points.count} points and ${trained.title} after ${step} steps` : `${points.count} points`}
            description="Dots are labelled inside, crosses outside. In the shaded region, the network says inside. Each straight line belongs to one unit."
          />
        </div>
        <p class="points-legend">
          <span class="of-inside">● inside</span>, <span class="of-outside">× outside</span>. Shaded: the network says inside
          {isEnd ? "" : `, after ${step} ${step === 1 ? "step" : "steps"}`} (sampled: very thin parts may be missing). {circlesOf(state).length > 0 && "Dotted: what the labels say. "}<span class="of-units">Lines</span>: each unit changes
          across its line{trained?.shape.layers[0]?.activation === "relu" ? ": it is 0 on one side" : ""}.
        </p>
        {trained && canDraw && <Player trained={trained} step={step} isTraining={isStale && !failure} onStep={onStep} way={hasRegion ? way : []} constant={constant} />}
        {trained && canDraw && weights && <Units trained={trained} weights={weights} lit={lit} onLit={setLit} />}
      </>}
    >
      {hasRegion && !failure && <Compared rated={rated} isStale={isStale} what={what} />}
      {trained && !failure && <Notes trained={trained} />}
      {trained && canDraw && !failure && <div class="exports">
        {mine && <Files progress={mine.progress} own={() => ({ name: "experiment", svg: onPaper("plane") ?? "" })} />}
        <div class="files">
          <span>Do it again:</span>
          <button type="button" onClick={() => save("experiment.toml", asked.text, "text/plain")}>Spec</button>
          {question.points !== undefined && <button type="button" onClick={() => save("points.csv", question.points!, "text/csv")}>Points</button>}
          {!mine && <button type="button" onClick={() => save("network.json", trained.network, "application/json")}>Network</button>}
          <small><code>steeple train experiment.toml</code> finds this network, byte for byte.</small>
        </div>
      </div>}
      <Why state={state} hasRegion={hasRegion} />
    </Layout>
  );
}

/** The radii of the circles that the labels stand for, where they do. */
function circlesOf({ labels, band }: Experiment): number[] {
  if (labels === "disk") return [1];
  return labels === "circle" ? [1 - band, 1 + band].filter((square) => square > 0).map(Math.sqrt) : [];
}

/** What to do about it here, where there is no spec to write. */
function forPage(failure: Failure): Failure {
  return failure.hint?.includes("[target]") ? { ...failure, hint: "take points that differ in each input" } : failure;
}

/** What was drawn: the box of the training, or that of the fields. */
function boxOf(trained: { domain: [number, number][] } | undefined, { low, high }: Experiment, labels: string): Box {
  const ends = [low, high].map((text) => {
    const [over, under] = text.split("/");
    return text.trim() === "" ? NaN : Number(over) / (under === undefined ? 1 : Number(under));
  });
  if (labels === "hand" && Number.isFinite(ends[0]) && Number.isFinite(ends[1]) && ends[0]! < ends[1]!) {
    const side = [ends[0]!, ends[1]!] as const;
    return [side, side];
  }
  const [x, y] = trained?.domain ?? [];
  return x && y ? [x, y] : [[-1.5, 1.5], [-1.5, 1.5]];
}

/** How the starts ended, and what is unusual about the points. */
function Notes({ trained }: { trained: { starts: StartOutcome[]; best: number; notes: string[] } }) {
  return (
    <>
      {trained.notes.map((note) => <p key={note}>{sentence(note)}</p>)}
      <details>
        <summary>The random starts</summary>
        <div class="wide" role="region" aria-label="The random starts" tabIndex={0}>
          <table>
            <thead><tr><th scope="col">seed</th><th scope="col">steps</th><th scope="col">loss</th><th scope="col">right at the points</th><th scope="col">ended</th></tr></thead>
            <tbody>
              {trained.starts.map((found, place) => (
                <tr key={found.seed}>
                  <th scope="row">{found.seed}{place === trained.best ? " (the best)" : ""}</th>
                  {"loss" in found ? <><td>{found.steps}</td><td>{brief(found.loss)}</td><td>{short(found.fit * 100, 4)} %</td><td>{found.ended}</td></>
                    : <><td>{found.diverged}</td><td colSpan={3}>the loss became infinite</td></>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

/** Why it is so. */
function Why({ state: { labels, units, activation, band }, hasRegion }: { state: Experiment; hasRegion: boolean }) {
  return (
    <>
      {labels === "circle" && <p>
        To say "yes" on a band, the network has to draw two walls close to each other, and each unit gives one straight wall. Here
        about {short(200 * Math.PI * band / 9, 2)} of 100 points are in the band. Training reaches for single ones of them with thin
        spikes, which are right at the points and wrong between them. This is called overfitting. The answer "no" is wrong in the band
        and nowhere else. For a thicker band, training does better: move the slider.
      </p>}
      {labels === "disk" && units === 2 && <p>
        Two units cannot enclose a disk, whatever their weights: there is always a direction in which no unit lowers the output.
      </p>}
      {labels === "disk" && units > 2 && activation !== "relu" && <p>
        Steep units make a polygon: one side for each unit. Training does not know that. It bends the edge with units that are not
        steep, and so a few of them can be better than every polygon with as many sides. How good that can become, a formula shows:
        three smooth units make nearly a circle.
      </p>}
      {hasRegion && <p>
        Training sees the points. The certified area is the size of the set of <em>all</em> points where the network's answer is wrong.
        Steeple proved it for the network at the end of training.
      </p>}
    </>
  );
}

export const experiment: Section<Experiment> = {
  id: "experiment", name: "The experiment", title: "What does training find?", start, View,
};
