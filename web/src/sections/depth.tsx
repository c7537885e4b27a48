// How many regions can a network have? Folding, weights of one's own, maxout, and width against depth.

import { useContext } from "preact/hooks";
import { Choice, Field, Slider, signed } from "../parts/controls.tsx";
import { Count, PredictFirst } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useAnswer } from "../engine/answer.ts";
import { patient, quick } from "../engine/load.ts";
import type { Failure } from "../engine/protocol.ts";
import { spec } from "../state/spec.ts";
import type { Props, Section } from "../state/section.ts";
import { grouped, smallest, type AskRegions, type Counted, type Drawn, type Subject } from "./depth/answers.ts";
import {
  changed, divided, file, folded, Mistyped, MOST_LAYERS, MOST_UNITS, placeOf, randomLayers, readChanges, readLayer, typed, writeChanges,
  type Layers,
} from "./depth/network.ts";
import { Divisions, FEWEST, MOST } from "./depth/divisions.tsx";

const start = {
  show: "fold", inputs: "2", layers: 2, units: 4, rank: 3,
  hidden: 2, width: 4, seed: 1, layer: 1, unit: 1, changes: "",
  first: "1 0 0; -1 0 0; 0 1 0; 0 -1 0", second: "1 1 0 0 -1/2; 0 0 1 1 -1/2; 1 1 1 1 -1", third: "", output: "1 1 1 0",
  total: 12, split: 2,
};
type Depth = typeof start;

const SHOWS = [
  ["fold", "folding"], ["own", "weights to move"], ["typed", "weights to type"], ["maxout", "maxout"], ["same", "wide or deep"],
] as const;

const SQUARE = "x=-1..1, y=-1..1";

const LEADS: Record<string, string> = {
  fold: "A relu network is flat on each of many regions. Each layer but the last folds the square like paper. The last layer draws its lines once, on the folded paper, and they appear in every fold.",
  own: "A unit of the first layer switches on a straight line. A unit of a later layer switches on a broken line: it bends where it crosses the lines below. Move a weight, and count.",
  typed: "Type the weights of a network. Its regions are counted one by one.",
  maxout: "A maxout unit is the largest of k linear functions. It is convex: it falls, and then it rises. So it folds a line only once, whatever k is.",
  same: "The same number of units, in one layer or in many. Folding layers multiply; random weights do not.",
};

/** A network that is built for its many regions. */
function built(builder: string, inputs: number, keys: Record<string, number | number[]>): Subject {
  const names = inputs === 1 ? ["x"] : ["x", "y"];
  const domain = Object.fromEntries(names.map((name) => [name, [0, 1]]));
  return { spec: spec({ target: { inputs: names, domain }, network: { builder, ...keys } }).text };
}

/** A whole number of the state; a link may say anything. */
const within = (value: number, low: number, high: number) => Math.min(Math.max(Math.round(value), low), high);

/** The typed layers, or what is wrong with them, by the field. */
function read(state: Depth): { layers?: Layers; wrong: Partial<Record<keyof Depth, Mistyped>> } {
  const layers: Layers = [];
  const wrong: Partial<Record<keyof Depth, Mistyped>> = {};
  let below = 2;
  for (const key of ["first", "second", "third", "output"] as const) {
    const text = state[key];
    if (key !== "output" && key !== "first" && !text.trim()) continue;
    try {
      const layer = readLayer(text, below, key === "output" ? 1 : MOST_UNITS);
      layers.push(layer);
      below = layer.length;
    } catch (error) {
      if (!(error instanceof Mistyped)) throw error;
      return { wrong: { [key]: error } };
    }
  }
  return { layers, wrong };
}

function View({ state, set }: Props<Depth>) {
  const predict = useContext(PredictFirst);
  const show = SHOWS.some(([name]) => name === state.show) ? state.show : "fold";
  const inputs = state.inputs === "1" ? 1 : 2;
  const depth = within(state.layers, 1, 8);
  const units = within(state.units, inputs, 8);
  const rank = within(state.rank, 2, 5);
  const widths = Array.from({ length: within(state.hidden, 1, MOST_LAYERS) }, () => within(state.width, 1, MOST_UNITS));
  const total = within(state.total, FEWEST, MOST);
  const parts = within(state.split, 1, Math.floor(total / 2));
  const layers = changed(randomLayers(widths, within(state.seed, 1, 1000)), readChanges(state.changes));
  const [layer, unit] = [within(state.layer, 1, widths.length), within(state.unit, 1, widths[0]!)];
  const mine = show === "typed" ? read(state) : { wrong: {} };

  let subject: Subject | undefined;
  let expected = 0;
  if (show === "fold") {
    subject = built("fold", inputs, { widths: Array.from({ length: depth }, () => units) });
    expected = folded(Array.from({ length: depth }, () => units), inputs);
  } else if (show === "maxout") {
    subject = built("maxout-fold", inputs, { widths: Array.from({ length: depth }, () => inputs), rank });
    expected = (1 + (rank - 1) * (2 ** depth - 1)) ** inputs;
  } else if (show === "same") {
    subject = built("fold", 2, { widths: divided(total, parts) });
    expected = folded(divided(total, parts), 2);
  } else {
    const shown = show === "own" ? layers : mine.layers;
    subject = shown && { network: file(shown), domain: SQUARE };
  }
  const question: AskRegions | undefined = subject && {
    do: "regions", name: "depth", ...subject, ...(show === "own" ? { unit: [layer - 1, unit - 1] } : {}),
    ...(predict ? { untold: true } : {}),
  };
  // A page counts a thousand regions at once; more take a while.
  const engine = expected > 700 ? patient : quick;
  const { answer, failure, isStale } = useAnswer<Drawn>(question, engine);
  const saved = async () => {
    const { svg } = await engine.ask<Drawn>({ ...question, paper: true, untold: false });
    return { name: "regions", svg: svg ?? "" };
  };
  const isDrawn = answer !== undefined && answer.svg !== null;
  return (
    <Layout
      lead={<p>{LEADS[show]}</p>}
      controls={<>
        <Choice label="Show" value={show} options={SHOWS} onChange={(value) => set({ show: value })} />
        {(show === "fold" || show === "maxout") && <>
          <Choice
            label="Inputs" value={inputs === 1 ? "1" : "2"} options={[["1", "one"], ["2", "two"]]}
            onChange={(value) => set({ inputs: value })}
          />
          <Slider label="Hidden layers" value={depth} min={1} max={8} onChange={(value) => set({ layers: value })} />
        </>}
        {show === "fold" && (
          <Slider label="Units in each layer" value={units} min={inputs} max={8} onChange={(value) => set({ units: value })} />
        )}
        {show === "maxout" && (
          <Slider label="Rank k: linear functions in a unit" value={rank} min={2} max={5} onChange={(value) => set({ rank: value })} />
        )}
        {show === "own" && <Own state={state} set={set} layers={layers} />}
        {show === "typed" && <Typed state={state} set={set} wrong={mine.wrong} />}
        {show === "same" && <>
          <Slider
            label="Units in all" value={total} min={FEWEST} max={MOST}
            onChange={(value) => set({ total: value, split: Math.min(parts, Math.floor(value / 2)) })}
          />
          <Slider
            label="In how many layers" value={parts} min={1} max={Math.floor(total / 2)}
            shown={`${parts}: ${divided(total, parts).join(" + ")}`} onChange={(value) => set({ split: value })}
          />
        </>}
      </>}
      figure={question === undefined
        ? <div class="figure">The regions are counted when all weights can be read.</div>
        : <Regions key={show} counted={answer} failure={failure} isStale={isStale} question={`${show} ${JSON.stringify(subject)}`} total={show === "fold" && inputs === 2 ? depth * units : 0} />}
      picture={<>
        {answer && !isDrawn
          ? <div class="picture empty"><p>There are too many regions to draw them in a page.</p></div>
          : <Picture svg={answer?.svg ?? undefined} isStale={isStale} />}
        {show === "own" && <Move state={state} set={set} layers={layers} layer={layer - 1} unit={unit - 1} />}
        <Files
          progress={question && answer ? { question, engine } : {}}
          which={subject && "spec" in subject ? ["spec", "network", "onnx"] : ["network", "onnx"]} own={isDrawn ? saved : undefined}
        />
      </>}
    >
      {show === "same" && !predict && <Divisions total={total} parts={parts} set={(split) => set({ split })} />}
      {show === "maxout" && !predict && <Impossible inputs={inputs} depth={depth} rank={rank} />}
      {show === "own" && <p>
        The weights are random fractions, and each unit switches somewhere in the square. The broad line shows where the chosen
        unit switches. A dashed side divides two activation regions on which the network is the same linear function.
      </p>}
    </Layout>
  );
}

interface RegionsProps {
  counted: Counted | undefined;
  failure: Failure | undefined;
  isStale: boolean;
  question: string;
  /** Compare with one layer of this many units; 0 for no comparison. */
  total: number;
}

/** The count, with the formulas. */
function Regions({ counted, failure, isStale, question, total }: RegionsProps) {
  const most = counted && smallest(counted.bounds);
  const promise = counted?.promise;
  const formulas = counted && (
    <table class="formulas">
      <caption>Formulas for networks of this shape</caption>
      <tbody>
        {promise && <tr><td>This network, by theorem {promise.theorem}</td><td>{grouped(promise.count)}</td></tr>}
        {most && <tr><td>No network has more than <small>({most.source})</small></td><td>{grouped(most.bound)}</td></tr>}
        {!promise && counted.bounds.montufar_lower && (
          <tr><td>Some network has at least <small>(Montúfar et al. 2014)</small></td><td>{grouped(counted.bounds.montufar_lower)}</td></tr>
        )}
        {!promise && counted.bounds.hanin_rolnick && (
          <tr><td>Random networks, about <small>(Hanin, Rolnick 2019)</small></td><td>{grouped(counted.bounds.hanin_rolnick)}</td></tr>
        )}
        {total > 0 && <tr><td>One layer of {total} units has at most <small>(Zaslavsky 1975)</small></td><td>{grouped(folded([total], 2))}</td></tr>}
      </tbody>
    </table>
  );
  if (counted && counted.count === null && promise && !failure) {
    return (
      <div class="figure" data-stage={isStale ? "first" : "rest"}>
        <p class="value"><span class="what">Linear regions, by theorem {promise.theorem}</span> <b>{grouped(promise.count)}</b></p>
        <p class="evidence">
          Not counted: a page counts up to {grouped(counted.most_counted)}. The program <code>steeple build</code> counts up to 1,000,000.
        </p>
        {formulas}
      </div>
    );
  }
  const cells = counted?.activation_regions;
  return (
    <Count
      name="Linear regions" value={counted?.count ?? undefined} isStale={isStale} failure={failure} question={question}
      evidence={<>
        Counted one by one, in exact arithmetic
        {cells !== null && cells !== counted?.count && <> ({grouped(cells ?? 0)} activation regions: some have the same linear function)</>}
      </>}
    >
      {formulas}
    </Count>
  );
}

/** A random network of some shape. */
function Own({ state, set, layers }: Props<Depth> & { layers: Layers }) {
  const hidden = layers.length - 1;
  const keep = () => {
    const [first = "", second = "", third = ""] = layers.slice(0, -1).map(typed);
    set({ show: "typed", first, second, third, output: typed(layers[hidden]!) });
  };
  return (
    <>
      <Slider label="Hidden layers" value={hidden} min={1} max={MOST_LAYERS} onChange={(value) => set({ hidden: value, changes: "" })} />
      <Slider label="Units in each layer" value={layers[0]!.length} min={1} max={MOST_UNITS} onChange={(value) => set({ width: value, changes: "" })} />
      <Slider label="Random network number" value={within(state.seed, 1, 1000)} min={1} max={50} onChange={(value) => set({ seed: value, changes: "" })} />
      <div class="buttons">
        <button type="button" disabled={!state.changes} onClick={() => set({ changes: "" })}>Undo all moves</button>
        <button type="button" onClick={keep}>Type the weights</button>
      </div>
    </>
  );
}

interface MoveProps extends Props<Depth> {
  layers: Layers;
  /** The unit, from 0. */
  layer: number;
  unit: number;
}

/** Sliders for the weights of one unit. */
function Move({ state, set, layers, layer, unit }: MoveProps) {
  const hidden = layers.length - 1;
  const width = layers[0]!.length;
  const changes = readChanges(state.changes);
  const row = layers[layer]![unit]!;
  const move = (weight: number) => (value: number) => (
    set({ changes: writeChanges({ ...changes, [placeOf(layer, unit, weight)]: String(value) }) })
  );
  const name = (weight: number) => {
    if (weight === row.length - 1) return "Bias";
    return layer === 0 ? `Weight of ${["x", "y"][weight]}` : `Weight of unit ${weight + 1} below`;
  };
  return (
    <fieldset class="one-unit">
      <legend>Move one unit</legend>
      <div class="slider-columns">
        {hidden > 1 && <Slider label="In layer" value={layer + 1} min={1} max={hidden} onChange={(value) => set({ layer: value })} />}
        {width > 1 && <Slider label="Unit" value={unit + 1} min={1} max={width} onChange={(value) => set({ unit: value })} />}
      </div>
      <div class="slider-columns">
        {row.map((value, weight) => (
          <Slider
            key={weight} label={name(weight)} value={Number(value)} min={-3} max={3} step={1 / 16} shown={signed(Number(value), 5)}
            onChange={move(weight)}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** A field for each layer. */
function Typed({ state, set, wrong }: Props<Depth> & { wrong: Partial<Record<keyof Depth, Mistyped>> }) {
  const field = (key: "first" | "second" | "third" | "output", label: string) => {
    const mistake = wrong[key];
    const bytes = (end: number) => new TextEncoder().encode(state[key].slice(0, end)).length;
    return (
      <Field
        label={label} value={state[key]} failure={mistake && { message: mistake.message }}
        span={mistake && [bytes(mistake.start), bytes(mistake.end)]} onChange={(value) => set({ [key]: value })}
      />
    );
  };
  return (
    <>
      <p>For each unit: its weights, then its bias. A semicolon ends a unit. Leave a layer empty to go without it.</p>
      {field("first", "Layer 1")}
      {field("second", "Layer 2")}
      {field("third", "Layer 3")}
      {field("output", "Output")}
    </>
  );
}

/** Why a printed formula cannot hold. */
function Impossible({ inputs, depth, rank }: { inputs: number; depth: number; rank: number }) {
  const printed = BigInt(rank) ** BigInt(depth - 1 + inputs);
  const possible = BigInt(1 + (rank - 1) * (2 ** depth - 1)) ** BigInt(inputs);
  return (
    <>
      <h2>A printed theorem, and what it cannot mean</h2>
      <p>
        A paper of 2014 prints that such a network can have at least k<sup>L−1</sup> · k<sup>n</sup> regions, with L layers and n inputs. Here that is{" "}
        {grouped(String(printed))}.
        {inputs === 1 && depth > 1 && rank > 2 && printed > possible && <>
          {" "}It is impossible: the corner of a convex unit is taken at most twice, so L layers make at most 1 + (k − 1)(2<sup>L</sup> − 1) ={" "}
          {grouped(String(possible))} pieces. The network here reaches that.
        </>}
        {inputs === 2 && <>
          {" "}The network of theorem T32 has {grouped(String(possible))}: {possible === printed ? "as many" : possible > printed ? "more" : "fewer"}.
          With one input, no network has as many as printed, if k is above 2 and there are two layers or more.
        </>}
      </p>
    </>
  );
}

export const depth: Section<Depth> = { id: "depth", name: "Depth", title: "How many regions can a network have?", start, View };
