// Why are so many weights zero? The weights of a tower by formula, beside those that training finds.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { another } from "../../engine/load.ts";
import { failureOf, isNarrow } from "../../engine/proof.ts";
import type { Engine } from "../../engine/client.ts";
import type { Failure, Proved } from "../../engine/protocol.ts";
import { Choice, Slider, Words, short } from "../../parts/controls.tsx";
import { Figure } from "../../parts/figure.tsx";
import { Picture } from "../../parts/picture.tsx";
import { spec } from "../../state/spec.ts";
import { numbersOf, type LayerNumbers } from "./numbers.ts";

/** As much of the answer to `train` as is shown. */
interface Lesson {
  /** The text of the network file. */
  network: string;
  starts: unknown[];
  /** The share of points with the right label. */
  fit: number;
}

/** A network that was proved, and its numbers. */
interface Shown {
  /** What it is made for. */
  of: string;
  answer: Proved;
  layers: LayerNumbers[];
}

const PICTURES = ["halfplanes"];
const POINTS = 1000;
const STARTS = 3;
const STEPS = 500;
/** Milliseconds for the first proof. */
const PROVING = 400;
/** Milliseconds for narrowing, and how often. */
const NARROWING = 1000;
const ROUNDS = 4;

const BOXES = [["box", "box"], ["turned", "turned box"], ["disk", "disk"]] as const;
const LAYERS = [["4-1", "4 units, then 1"], ["4", "4 units"]] as const;
const REGIONS: Record<string, string> = {
  box: "abs(x) <= 1 and abs(y) <= 3/4",
  turned: "abs(4/5*x + 3/5*y) <= 1 and abs(4/5*y - 3/5*x) <= 3/4",
  disk: "x^2 + y^2 <= 1",
};
const VERTICES: Record<string, string[][]> = {
  box: [["1", "3/4"], ["-1", "3/4"], ["-1", "-3/4"], ["1", "-3/4"]],
  // The same box, turned by the angle whose cosine is 4/5.
  turned: [["7/20", "6/5"], ["-5/4", "0"], ["-7/20", "-6/5"], ["5/4", "0"]],
};
/** What to see in the two tables. */
const FOUND: Record<string, string> = {
  box: "Look at the last column. Training often finds walls that are nearly vertical or horizontal: one weight of a unit is "
    + "much smaller than the other. But it is not zero. Training changes every weight a little in each step, and nothing rewards "
    + "an exact zero. The quotient of the two weights is the slope of the wall, and their size says how steep the step is.",
  turned: "The turned box has no zero in either table. For a network, one direction is as good as another: the axes matter only "
    + "to people who draw a grid. The quotient of the two weights is the slope of the wall.",
  disk: "Four walls make a square, and a square is far from a disk. Training does much better with four units, because it uses "
    + "some of them softly: small weights make a unit that bends instead of a wall. It finds the round way by itself.",
};
const STEEPNESS = 60;
const MOST_SEED = 50;

/** The spec of four walls. */
function wallsOf(box: string): string {
  const vertices = VERTICES[box];
  const network = vertices
    ? { builder: "polygon", vertices, activation: "sigmoid", steepness: STEEPNESS }
    : { builder: "disk", sides: 4, fit: "balanced", activation: "sigmoid", steepness: STEEPNESS };
  return spec({ target: targetOf(box), network, claim: { norm: "area", gap: "1/50" } }).text;
}

/** The spec of a training. */
function lessonOf(box: string, layers: string, seed: number): string {
  const compare = {
    hidden: [layers.split("-").map(Number)], activation: "sigmoid", samples: POINTS, restarts: STARTS, steps: STEPS, seed,
  };
  return spec({ target: targetOf(box), claim: { norm: "area" }, compare }).text;
}

function targetOf(box: string) {
  const side = ["-3/2", "3/2"];
  return { formula: REGIONS[box] ?? "", inputs: ["x", "y"], domain: { x: side, y: side } };
}

interface ZerosState {
  box: string;
  layers: string;
  seed: number;
  trained: boolean;
}

/** Was something on the screen already? What nobody sees yet is not computed. */
function useSeen(place: RefObject<Element>): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!place.current) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return isSeen;
}

export function Zeros({ state, set }: { state: ZerosState; set(changes: Partial<ZerosState>): void }) {
  const box = Object.hasOwn(REGIONS, state.box) ? state.box : "box";
  const layers = state.layers === "4" ? "4" : "4-1";
  const seed = Math.min(Math.max(Math.round(state.seed), 1), MOST_SEED);
  const engine = useRef<Engine>();
  const [built, setBuilt] = useState<Shown>();
  const [trained, setTrained] = useState<Shown & { lesson: Lesson }>();
  const [failure, setFailure] = useState<Failure>();
  const place = useRef<HTMLElement>(null);
  const isSeen = useSeen(place);
  const key = `${box} ${layers} ${seed}`;
  useEffect(() => {
    if (!isSeen) return undefined;
    engine.current ??= another();
    const ask = engine.current;
    setFailure(undefined);
    ask.stop();
    const narrow = async (name: string, first: Proved, show: (answer: Proved) => void) => {
      let answer = first;
      for (let round = 0; round < ROUNDS && !isNarrow(answer); round += 1) {
        answer = await ask.ask<Proved>({ do: "refine", name, millis: NARROWING, pictures: PICTURES });
        show(answer);
      }
    };
    const run = async () => {
      let walls = built?.of === box ? built : undefined;
      if (!walls) {
        const answer = await ask.ask<Proved>({ do: "build", name: "walls", spec: wallsOf(box), millis: PROVING, pictures: PICTURES });
        const { text } = await ask.ask<{ text: string }>({ do: "file", name: "walls", which: "network" });
        walls = { of: box, answer, layers: numbersOf(text) };
        setBuilt(walls);
      }
      if (state.trained && trained?.of !== key) {
        const lesson = await ask.ask<Lesson>({ do: "train", name: "trained", spec: lessonOf(box, layers, seed) });
        const answer = await ask.ask<Proved>({
          do: "verify", name: "trained", network: lesson.network, target: REGIONS[box], domain: "x=-3/2..3/2, y=-3/2..3/2",
          norm: "area", gap: "1/50", millis: PROVING, pictures: PICTURES,
        });
        const shown = { of: key, answer, layers: numbersOf(lesson.network), lesson };
        setTrained(shown);
        await narrow("trained", answer, (now) => setTrained({ ...shown, answer: now }));
      }
      const shown = walls;
      await narrow("walls", shown.answer, (now) => setBuilt({ ...shown, answer: now }));
    };
    const timer = setTimeout(() => void run().catch((error) => setFailure(failureOf(error))), 300);
    return () => clearTimeout(timer);
  }, [key, state.trained, isSeen]);
  useEffect(() => () => engine.current?.stop(), []);
  const isTraining = state.trained && trained?.of !== key && !failure;
  return (
    <section class="zeros" aria-labelledby="zeros" ref={place}>
      <h2 id="zeros">Why are so many weights zero?</h2>
      <p>
        The wall of a unit is the line a x + b y + c = 0. If b = 0, the wall is vertical; if a = 0, it is horizontal. So a box
        along the axes has a zero in every unit. Turn the box, and no zero is left, although the network is just as good. Zeros
        are a choice of whoever wrote the formula. Does training find them?
      </p>
      <div class="controls row">
        <Choice label="Region" value={box} options={BOXES} onChange={(value) => set({ box: value })} />
        <Choice label="Trained network" value={layers} options={LAYERS} onChange={(value) => set({ layers: value })} />
        <Slider label="Seed of the random start" value={seed} min={1} max={MOST_SEED} onChange={(value) => set({ seed: value })} />
        <button
          type="button" class="main" disabled={isTraining}
          onClick={() => set(state.trained ? { seed: seed % MOST_SEED + 1 } : { trained: true })}
        >
          {isTraining ? "Training..." : state.trained ? "Train from another start" : "Train"}
        </button>
      </div>
      {failure && <div class="wrong" role="alert"><Words failure={failure} /></div>}
      <div class="pair">
        <div class={built?.of === box ? "" : "stale"}>
          <h3>By formula</h3>
          {built ? <>
            <Figure
              name="Misclassified area" question={box}
              progress={{ answer: built.answer, stage: built.of === box ? "rest" : "first" }}
            />
            <Numbers layers={built.layers} />
            <Picture svg={built.answer.pictures.halfplanes} isStale={built.of !== box} />
          </> : <Picture svg={undefined}><p>Proving...</p></Picture>}
        </div>
        <div>
          <h3>By training</h3>
          {trained && state.trained ? <>
            <Figure
              name="Misclassified area" question={key}
              progress={{ answer: trained.answer, stage: trained.of === key ? "rest" : "first" }}
            >
              <p class="evidence">
                The best of {trained.lesson.starts.length} random starts: {short(trained.lesson.fit * 100)} % of {POINTS} sampled points are right.
              </p>
            </Figure>
            <Numbers layers={trained.layers} />
            <Picture svg={trained.answer.pictures.halfplanes} isStale={trained.of !== key} />
          </> : <Picture svg={undefined}><p>{isTraining ? "Training..." : "Press \"Train\": it takes about two seconds."}</p></Picture>}
        </div>
      </div>
      {trained && state.trained && <p>{FOUND[box]}</p>}
    </section>
  );
}

/** The weights of the hidden layers as coloured tables: the deeper the colour, the larger in its row. */
function Numbers({ layers }: { layers: LayerNumbers[] }) {
  const weights = layers.slice(0, -1).flatMap((layer) => layer.weights.flat());
  const zeros = weights.filter((weight) => weight === 0).length;
  const [first, second] = layers;
  if (!first) return null;
  return (
    <>
      <p><b>{zeros} of {weights.length}</b> weights of the hidden layers are zero.</p>
      <div class="wide">
        <table class="weights">
          <caption>First layer: one row for each unit</caption>
          <thead><tr><th scope="col">unit</th><th scope="col">weight of x</th><th scope="col">weight of y</th><th scope="col">smaller / larger</th></tr></thead>
          <tbody>
            {first.weights.map((row, unit) => <Row key={unit} name={String(unit + 1)} row={row} withQuotient />)}
          </tbody>
        </table>
      </div>
      {second && second.weights.length === 1 && <div class="wide">
        <table class="weights">
          <caption>{layers.length === 2 ? "Output" : "Second layer"}: the weights of the four units</caption>
          <thead><tr><th scope="col">unit</th>{first.weights.map((_, unit) => <th key={unit} scope="col">{unit + 1}</th>)}</tr></thead>
          <tbody><Row name="sum" row={second.weights[0]!} /></tbody>
        </table>
      </div>}
    </>
  );
}

/** One unit's weights. */
function Row({ name, row, withQuotient = false }: { name: string; row: number[]; withQuotient?: boolean }) {
  const sizes = row.map(Math.abs);
  const largest = Math.max(...sizes);
  return (
    <tr>
      <th scope="row">{name}</th>
      {row.map((weight, column) => (
        <td key={column} class={weight === 0 ? "zero" : ""} style={{ "--share": largest > 0 ? sizes[column]! / largest : 0 }} data-sign={Math.sign(weight)}>
          {weight === 0 ? "0" : short(weight).replace("-", "−")}
        </td>
      ))}
      {withQuotient && <td>{largest > 0 ? short(Math.min(...sizes) / largest, 2) : "–"}</td>}
    </tr>
  );
}
