// How many sides make a circle: a disk as an n-gon, three smooth units that are round, and zero weights.

import { useEffect, useState } from "preact/hooks";
import { Choice, Field, Slider, short } from "../parts/controls.tsx";
import { Figure, PredictFirst } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useProof, type Progress } from "../engine/proof.ts";
import type { Drawn, Kind, Proved } from "../engine/protocol.ts";
import { keyOf, spec, type Spec } from "../state/spec.ts";
import type { Section } from "../state/section.ts";
import { FARTHEST, NEAREST, Plane } from "./sides/plane.tsx";
import { FEWEST, MOST, Rate } from "./sides/rate.tsx";
import { Zeros } from "./sides/zeros.tsx";
import { apothem, limit, sidesFor, wrongArea, type Fit } from "./sides/shape.ts";

const start = {
  region: "disk", formula: "x^2 + y^2 <= 1 and y >= -x", sides: 6, fit: "balanced", size: 0.9, turn: 0,
  units: "heaviside", steepness: 60, softness: 0.5, picture: "move", px: 0.7, py: 0.35,
  box: "box", layers: "4-1", seed: 3, trained: false,
};
type Sides = typeof start;

const REGIONS = [["disk", "disk"], ["ellipse", "ellipse"], ["square", "square"], ["star", "star"], ["own", "your own"]] as const;
const FORMULAS: Record<string, string> = {
  disk: "x^2 + y^2 <= 1",
  ellipse: "x^2 + 4*y^2 <= 2",
  square: "abs(x) <= 1 and abs(y) <= 1",
  star: "sqrt(abs(x)) + sqrt(abs(y)) <= 6/5",
};
const UNITS = [["heaviside", "jumps"], ["sigmoid", "steep sigmoids"], ["smooth", "three soft sigmoids"]] as const;
const FITS = [
  ["balanced", "least area"], ["inscribed", "corners on the circle"], ["circumscribed", "sides on the circle"], ["hand", "by hand"],
] as const;
const PICTURES = [["move", "to drag"], ["cells", "certified cells"], ["surface", "surface"]] as const;
/** Milliseconds for the first enclosure, where no picture is drawn with it. */
const ALONE = 90;
/** The half-width of the picture. */
const REACH = "3/2";
const [FLATTEST, STEEPEST] = [2, 2000];
const [SOFTEST, HARDEST] = [0.0625, 4];

/** What can be asked of this state. */
interface Asked {
  isDisk: boolean;
  /** The region has three smooth units. */
  isSmooth: boolean;
  canBeSmooth: boolean;
  units: string;
  fit: Fit;
  spec(sides: number): Spec;
}

/** The state with values that the controls have; a link may say anything. */
function clean(state: Sides): Sides {
  const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
  return {
    ...state,
    region: REGIONS.some(([id]) => id === state.region) ? state.region : start.region,
    sides: within(Math.round(state.sides), FEWEST, MOST),
    size: within(state.size, NEAREST, FARTHEST),
    turn: within(Math.round(state.turn), 0, 180),
    steepness: within(state.steepness, FLATTEST, STEEPEST),
    softness: within(state.softness, SOFTEST, HARDEST),
    px: within(state.px, -1.5, 1.5),
    py: within(state.py, -1.5, 1.5),
  };
}

function asked({ region, formula, fit, size, turn, units, steepness, softness }: Sides): Asked {
  const isDisk = region === "disk";
  const canBeSmooth = isDisk || region === "ellipse";
  const isSmooth = canBeSmooth && units === "smooth";
  const kind = units === "sigmoid" ? "sigmoid" : "heaviside";
  const placed: Fit = fit === "inscribed" || fit === "circumscribed" || fit === "hand" ? fit : "balanced";
  const rotation = isDisk && turn !== 0 ? `${turn}/360` : undefined;
  const network = (sides: number) => {
    const shape = isDisk ? { builder: "disk" } : { builder: "polygon", vertices: "from target" };
    if (isSmooth) return { ...shape, fit: "smooth", steepness: softness, rotation };
    const steep = kind === "sigmoid" ? steepness : undefined;
    const common = { ...shape, sides, activation: kind, steepness: steep };
    if (!isDisk) return common;
    // A polygon around a smaller or a larger disk has its sides wherever one likes.
    return { ...common, rotation, ...(placed === "hand" ? { fit: "circumscribed", radius: size } : { fit: placed }) };
  };
  return {
    // A very small area takes long to enclose. A bound near that of theorem T33 says enough there.
    isDisk, isSmooth, canBeSmooth, units: isSmooth ? "smooth" : kind, fit: placed,
    spec: (sides) => spec({
      target: {
        formula: FORMULAS[region] ?? formula, inputs: ["x", "y"], domain: { x: [`-${REACH}`, REACH], y: [`-${REACH}`, REACH] },
      },
      network: network(sides),
      claim: { norm: "area", ...(isSmooth && softness < 0.4 ? { tolerance: Number((0.2 * softness ** 3).toPrecision(2)) } : { gap: "1/50" }) },
    }),
  };
}

/** The fine picture of the walls, drawn when nothing changes any more; until then, there is the draft. */
function useFine({ answer, engine, question, stage }: Progress, isWanted: boolean): string | undefined {
  const [fine, setFine] = useState<{ of: Proved; svg: string }>();
  useEffect(() => {
    if (!isWanted || stage !== "rest" || !answer || !engine || !question) return undefined;
    let isPresent = true;
    const timer = setTimeout(() => {
      engine.ask<{ svg: string }>({ do: "draw", name: question.name, kind: "halfplanes" }).then(({ svg }) => {
        if (isPresent) setFine({ of: answer, svg });
      }, () => {
        // The draft stays.
      });
    }, 200);
    return () => {
      isPresent = false;
      clearTimeout(timer);
    };
  }, [answer, stage, isWanted]);
  return fine?.of === answer ? fine?.svg : undefined;
}

function View({ state: given, set }: { state: Sides; set(changes: Partial<Sides>): void }) {
  const state = clean(given);
  const { region, formula, sides, size, turn, steepness, softness } = state;
  const { isDisk, isSmooth, canBeSmooth, units, fit, spec: of } = asked(state);
  const question = of(sides);
  const isPolygon = isDisk && !isSmooth;
  const picture = state.picture === "surface" || (state.picture === "move" && isPolygon) ? state.picture : "cells";
  const first: Drawn[] = picture === "move" ? [] : [picture === "surface" ? "surface" : "draft"];
  const progress = useProof({ do: "build", name: "sides", spec: question.text }, first, picture === "move" ? ALONE : undefined);
  const { answer, stage } = progress;
  const kind: Kind = picture === "surface" ? "surface" : "halfplanes";
  const fine = useFine(progress, picture === "cells");
  const wrong = progress.failure && keyOf(question, progress.failure);
  const hasFormula = isDisk && units === "heaviside";
  const byFormula = hasFormula ? (n: number) => wrongArea(n, apothem(n, fit, size)) : undefined;
  return (
    <>
      <Layout
        lead={<p>
          A unit that jumps has a wall: the line a x + b y + c = 0. With n units that look in n directions, and one more that
          asks whether all are on, a network says "inside" on a polygon with n sides. How near does it come to a circle?
        </p>}
        controls={<>
          {!isSmooth && <Slider label="Sides n" value={sides} min={FEWEST} max={MOST} onChange={(value) => set({ sides: value })} />}
          <Choice
            label="Units" value={units} options={canBeSmooth ? UNITS : UNITS.slice(0, 2)} onChange={(value) => set({ units: value })}
          />
          {isPolygon && <Choice label="Place of the sides" value={fit} options={FITS} onChange={(value) => set({ fit: value })} />}
          {isPolygon && fit === "hand" && <Slider
            label="Distance of the sides from the centre" value={size} min={NEAREST} max={FARTHEST} step={0.005} onChange={(value) => set({ size: value })}
          />}
          {units === "sigmoid" && <Slider
            label="Steepness w" value={steepness} min={FLATTEST} max={STEEPEST} isLog onChange={(value) => set({ steepness: value })}
          />}
          {isSmooth && <Slider
            label="Steepness w" value={softness} min={SOFTEST} max={HARDEST} isLog onChange={(value) => set({ softness: value })}
          />}
          {isDisk && <Slider label="Turn" value={turn} min={0} max={180} shown={`${turn}°`} onChange={(value) => set({ turn: value })} />}
          <Choice label="Region" value={region} options={REGIONS} onChange={(value) => set({ region: value })} />
          {region === "own" && <Field
            label="Your region, in x and y" value={formula} failure={progress.failure} span={wrong?.key === "target.formula" ? wrong.span : undefined}
            onChange={(value) => set({ formula: value })}
          />}
          <Choice
            label="Picture" value={picture} options={isPolygon ? PICTURES : PICTURES.slice(1)} onChange={(value) => set({ picture: value })}
          />
        </>}
        figure={<Figure name="Misclassified area" progress={progress} question={question.text}>
          {byFormula && <p class="evidence">
            By formula: about {short(byFormula(sides), 4)}.
            {fit !== "balanced" && ` The best regular polygon: about ${short(wrongArea(sides, apothem(sides, "balanced", 1)), 4)}.`}
            {apothem(sides, fit, size) / Math.cos(Math.PI / sides) > 1.5 && " The formula counts what is outside of the picture, too."}
          </p>}
          {answer?.a_priori && !hasFormula && <p class="evidence">By theorem {answer.a_priori.theorem}: at most {answer.a_priori.upper}.</p>}
          {isDisk && isSmooth && stage !== "first" && answer?.enclosure.near[1] && answer.enclosure.near[1] < 1 && <p class="evidence">
            A polygon needs {sidesFor(answer.enclosure.near[1])} sides to keep this upper bound (by formula). The price of soft
            units is a large weight: up to {answer.network.largest_weight}.
          </p>}
          {answer && <p class="evidence">
            {answer.network.units} units; {answer.network.parameters} weights and biases,{" "}
            {answer.network.parameters - answer.network.nonzero_parameters} of them zero.
          </p>}
        </Figure>}
        picture={<>
          {picture === "move"
            ? <Plane
              sides={sides} fit={fit} size={size} turn={turn} steepness={units === "sigmoid" ? steepness : undefined}
              probe={[state.px, state.py]} onProbe={([px, py]) => set({ px, py })}
              onTurn={(value) => set({ turn: value })} onSize={(value) => set({ size: value, fit: "hand" })}
            />
            : <Picture svg={fine ?? answer?.pictures[picture === "surface" ? "surface" : "draft"]} isStale={stage === "first"}>
              {progress.failure && <p>There is no picture.</p>}
            </Picture>}
          <Files progress={progress} kind={kind} />
        </>}
      >
        {!isSmooth && !progress.failure && <Rate
          curve={JSON.stringify([region, region === "own" && formula, units, units === "sigmoid" && steepness, isDisk && [fit, fit === "hand" && size]])}
          spec={(n) => asked({ ...state, turn: 0 }).spec(n).text} sides={sides} enclosure={stage === "first" ? undefined : answer?.enclosure}
          isFree={stage === "rest"} formula={byFormula} onChange={(value) => set({ sides: value })}
        />}
        <Why region={isDisk ? "disk" : region} units={units} fit={fit} />
      </Layout>
      {/* A comparison, and no question to guess. */}
      <PredictFirst.Provider value={false}>
        <Zeros state={state} set={set} />
      </PredictFirst.Provider>
    </>
  );
}

/** About regions other than the disk. */
const ABOUT: Record<string, string> = {
  ellipse: "An ellipse is a stretched circle. The best polygon is stretched, too, and the error falls in the same way: "
    + "a quarter for twice as many sides. Three soft sigmoids are enough here, too.",
  square: "Four jumps make a square without any error: a square has straight sides. Two pairs of its walls are parallel to the "
    + "axes, and that is why a tower on a square has so many zero weights. See below.",
  star: "A star is not convex, so no single unit can ask whether all walls agree. The network cuts the polygon into convex "
    + "pieces. Each piece has a unit in the second layer, and the output adds them up.",
  own: "The corners of the polygon are found from the formula, so that little area is wrong. A region that is not convex is "
    + "cut into convex pieces. Each piece has a unit in the second layer, and the output adds them up.",
};

/** What to learn from it. */
function Why({ region, units, fit }: { region: string; units: string; fit: Fit }) {
  if (units !== "smooth" && region !== "disk") return <p>{ABOUT[region] ?? ABOUT["own"]}</p>;
  return (
    <>
      <h2>Does a circle need infinitely many sides?</h2>
      {units === "smooth" ? <Round /> : units === "sigmoid" ? <Strips /> : <Walls fit={fit} />}
    </>
  );
}

/** Of three soft sigmoids. */
function Round() {
  return (
    <>
      <p>
        No. These are three smooth units, in three directions 120° apart. They are much too soft to be walls. Where a soft unit
        bends most, it is nearly a line plus a parabola. In three directions at equal angles the lines cancel, and the squares
        add up: u₁² + u₂² + u₃² = (3/2)(x² + y²). That is exactly round.
      </p>
      <p>
        Only walls need many sides. Make w smaller, and the region comes as near to the disk as you like. Make w larger, and the
        units begin to be walls: the round shape is lost.
      </p>
    </>
  );
}

/** Of steep sigmoids. */
function Strips() {
  return (
    <p>
      A sigmoid is below 1 even on the inner side of its wall. So the sum of n sigmoids is too low in a strip along the sides,
      which is up to ln(2n)/w wide. With the same w, many sides are worse than a few: look at the curve. A larger w makes the
      strip narrower. Or leave the walls, and choose "three soft sigmoids".
    </p>
  );
}

/** Of jumps. */
function Walls({ fit }: { fit: Fit }) {
  const times = limit(fit);
  return (
    <>
      <p>
        Jumps do, if it must be exact: no polygon is a circle. But any error above 0 can be reached with enough sides.{" "}
        {times === undefined
          ? <>
            Move the sides until the wrong area is least. A side that moves outward gains what it has inside the disk, and loses
            what it has outside. So at the best place, half of each side is inside. "Least area" goes there.
          </>
          : <>For many sides the wrong area is about {short(times)}/n²: twice as many sides leave a quarter of it.</>}
      </p>
      <p>Units that do not jump need no sides at all. Choose "three soft sigmoids".</p>
    </>
  );
}

export const sides: Section<Sides> = { id: "sides", name: "n sides", title: "How many sides make a circle?", start, View };
