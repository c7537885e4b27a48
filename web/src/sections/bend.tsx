// What do layers do to the plane? A grid of inputs, moved by one layer after another.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Choice, Slider, short, Words } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { useAnswer } from "../engine/answer.ts";
import { useProof } from "../engine/proof.ts";
import type { Props, Section } from "../state/section.ts";
import { states, type Bent, type State } from "./bend/moves.ts";
import { disk, folds, sidesOf, tower, xor, type Example } from "./bend/networks.ts";
import { capital, onPaper, Sheet } from "./bend/sheet.tsx";

const start = { network: "disk", sides: 6, steepness: 10, folds: 3, view: "best", first: 1, second: 2, at: 0 };
type Bend = typeof start;

const NETWORKS = [["disk", "polygon"], ["folds", "folds"], ["tower", "tower"], ["xor", "two signs"]] as const;

const LEADS: Record<string, string> = {
  disk: "No line cuts a disk out of the plane. Each sigmoid unit squeezes one direction. Together they move the plane into a space of many dimensions, where one flat cut is enough.",
  folds: "Relu units fold the plane like paper: first at both axes, then at the middle line of what is left. All parts of the disk come to lie on top of each other, and one line cuts them all.",
  tower: "Four steep steps press the plane to the corners of a box. The second layer counts the steps: the square is where all four agree.",
  xor: "Inside is where x and y have different signs. No line can tell, but after two sigmoid units a line nearly can.",
};

const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

function example(state: Bend): Example {
  const steepness = within(state.steepness, 1, 200);
  if (state.network === "folds") return folds(within(Math.round(state.folds), 1, 5));
  if (state.network === "tower") return tower(steepness);
  if (state.network === "xor") return xor(steepness);
  return disk(within(Math.round(state.sides), 3, 12), steepness);
}

/** Milliseconds from one state to the next, and of rest at each. */
const MOVE = 1400;
const REST = 500;

/** Does the reader want no motion? */
function useStillness(): boolean {
  const wish = useMemo(() => matchMedia("(prefers-reduced-motion: reduce)"), []);
  const [isStill, setStill] = useState(wish.matches);
  useEffect(() => {
    const changed = () => setStill(wish.matches);
    wish.addEventListener("change", changed);
    return () => wish.removeEventListener("change", changed);
  }, [wish]);
  return isStill;
}

/** What happens on the way to a state, and what there is to see. */
function told(all: State[], moment: number, network: string): string {
  if (!Number.isInteger(moment)) {
    const next = all[Math.floor(moment) + 1];
    return `On the way to ${next?.name ?? "the end"}.`;
  }
  if (moment === 0) return "The inputs, before any layer: a flat grid.";
  const { cut, name } = all[moment]!;
  const words = moment % 2 === 1
    ? "Weights and biases turn, stretch and move the sheet. They do not bend it."
    : network === "folds" ? "Relu units fold the sheet." : "The activation squeezes the sheet: far parts come together.";
  const end = moment === all.length - 1
    ? cut ? " The output cuts here with one line: one side is inside." : " The output cuts this space with one flat cut; this view does not show it as a line."
    : "";
  return `${capital(name)}. ${words}${end}`;
}

function View({ state, set }: Props<Bend>) {
  const network = NETWORKS.some(([name]) => name === state.network) ? state.network : "disk";
  const { proof, bend: subject, views } = example(state);
  // The picture is asked for before the proof, which takes longer.
  const { answer: bent, failure, isStale } = useAnswer<Bent>({ do: "bend", ...subject });
  const progress = useProof(proof, []);
  const isPair = state.view === "units";
  const [first, second] = [Math.round(state.first), Math.round(state.second)];
  const all = useMemo(
    () => bent && states(bent, views, isPair ? [Math.max(first - 1, 0), Math.max(second - 1, 0)] : undefined),
    // The views are those of the network that was asked about.
    [bent, isPair, first, second],
  );
  const last = all ? all.length - 1 : 2;
  const moment = within(state.at, 0, last);
  const isStill = useStillness();
  const figure = useRef<HTMLDivElement>(null);

  // Where the animation goes to; `undefined` at rest.
  const [goal, setGoal] = useState<{ to: number; isStep: boolean }>();
  const now = useRef(moment);
  now.current = moment;
  useEffect(() => {
    if (!goal) return undefined;
    let request = 0;
    let before: number | undefined;
    let resting = 0;
    const frame = (time: number) => {
      const passed = before === undefined ? 0 : Math.min(time - before, 100);
      before = time;
      if (resting > 0) resting -= passed;
      else {
        const from = now.current;
        let to = from + passed / MOVE;
        if (Math.floor(to) > Math.floor(from) || to >= goal.to) {
          to = Math.min(Math.floor(to), goal.to);
          resting = REST;
        }
        if (to !== from) set({ at: to });
        if (to >= goal.to) {
          setGoal(undefined);
          return;
        }
      }
      request = requestAnimationFrame(frame);
    };
    request = requestAnimationFrame(frame);
    return () => cancelAnimationFrame(request);
  }, [goal]);
  // No motion is left when the reader asks for none.
  useEffect(() => {
    if (isStill) setGoal(undefined);
  }, [isStill]);
  const stop = (at: number) => {
    setGoal(undefined);
    set({ at });
  };
  const step = () => {
    const to = Math.min(Math.floor(moment) + 1, last);
    if (isStill) stop(to);
    else setGoal({ to, isStep: true });
  };
  const back = () => stop(Math.max(Math.ceil(moment) - 1, 0));
  const play = () => {
    if (goal) {
      setGoal(undefined);
      return;
    }
    if (moment >= last) {
      now.current = 0;
      set({ at: 0 });
    }
    setGoal({ to: last, isStep: false });
  };
  const choose = (changes: Partial<Bend>) => {
    setGoal(undefined);
    set(changes);
  };
  const widest = bent ? Math.max(...bent.layers.slice(0, -1).map(({ units }) => units)) : 2;
  const said = all ? told(all, moment, network) : "";
  const shown = all && (Number.isInteger(moment) ? all[moment]!.name : `to ${all[Math.floor(moment) + 1]?.name}`);
  const saved = () => {
    const svg = figure.current?.querySelector<SVGElement>("svg");
    return { name: "bending", svg: svg ? onPaper(svg) : "" };
  };
  return (
    <Layout
      lead={<p>{LEADS[network]}</p>}
      controls={<>
        <Choice label="Network" value={network} options={NETWORKS} onChange={(value) => choose({ network: value, at: 0, steepness: value === "xor" ? 5 : 10 })} />
        {network === "disk" && <Slider label="Sides: units of the hidden layer" value={state.sides} min={3} max={12} onChange={(value) => choose({ sides: value })} />}
        {network === "folds" && (
          <Slider
            label="Layers that fold" value={state.folds} min={1} max={5} shown={`${state.folds}: ${sidesOf(within(Math.round(state.folds), 1, 5))} sides`}
            onChange={(value) => choose({ folds: value, at: Math.min(Math.floor(moment), 2 * value) })}
          />
        )}
        {network !== "folds" && (
          <Slider label="Steepness" value={state.steepness} min={1} max={200} isLog shown={short(state.steepness)} onChange={(value) => choose({ steepness: value })} />
        )}
        {widest > 2 && <>
          <Choice
            label="Look at a layer of many units" value={isPair ? "units" : "best"}
            options={[["best", network === "folds" ? "as folded paper" : "where the cut is a line"], ["units", "two of its units"]]}
            onChange={(value) => choose({ view: value })}
          />
          {isPair && <>
            <Slider label="Across: unit" value={within(first, 1, widest)} min={1} max={widest} onChange={(value) => choose({ first: value })} />
            <Slider label="Upwards: unit" value={within(second, 1, widest)} min={1} max={widest} onChange={(value) => choose({ second: value })} />
          </>}
        </>}
      </>}
      figure={<Figure name="Misclassified area" progress={progress} question={JSON.stringify(subject)} />}
      picture={<>
        {failure && <div class="figure failed" role="alert"><Words failure={failure} /></div>}
        <div ref={figure} class={isStale ? "picture stale" : "picture"} data-moment={moment} data-moving={goal ? "1" : "0"}>
          {bent && all && !failure && <Sheet bent={bent} all={all} moment={moment} said={said} />}
        </div>
        <div class="moment-player">
          <div class="buttons">
            <button type="button" disabled={moment <= 0} onClick={back}>Step back</button>
            {!isStill && <button type="button" class="main" onClick={play}>{goal && !goal.isStep ? "Pause" : "Play"}</button>}
            <button type="button" disabled={moment >= last} onClick={step}>Step</button>
          </div>
          <Slider label="Layer by layer" value={moment} min={0} max={last} step={0.05} shown={shown ?? ""} onChange={stop} />
        </div>
        <p class="moment-said" aria-live="polite">{goal ? "" : said} Sampled on a grid; the figure is certified.</p>
        <Files progress={progress} own={saved} />
      </>}
    >
      {network === "folds" && <p>
        {4 + 3 * (within(Math.round(state.folds), 1, 5) - 1)} relu units make {sidesOf(within(Math.round(state.folds), 1, 5))} sides. One
        layer needs a unit for each side. Three more units double the number of sides: that is what depth is good for, where the
        picture repeats itself.
      </p>}
      {network === "disk" && <p>
        The output adds up all units and cuts half a unit below their number. A gentle unit stays a little below 1 even inside, and many
        small losses add up. So more sides need steeper units: try 12 sides with both.
      </p>}
      {network === "xor" && <p>
        Two units keep the plane a plane. They can bend it, but they cannot lift a part of it out. So a part stays on the wrong side, and
        the misclassified area says how much.
      </p>}
    </Layout>
  );
}

export const bend: Section<Bend> = { id: "bend", name: "Bending", title: "What do layers do to the plane?", start, View };
