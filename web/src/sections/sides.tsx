// How many sides make a circle: a disk as an n-gon, three smooth units that are round, and zero weights.

import { useEffect, useState } from "preact/hooks";
import { Choice, Field, Slider, short } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { useProof, type Progress } from "../engine/proof.ts";
import type { Drawn, Kind, Proved } from "../engine/protocol.ts";
import { keyOf, spec, type Spec } from "../state/spec.ts";
import type { Section } from "../state/section.ts";
import { FARTHEST, NEAREST, Plane } from "./sides/plane.tsx";
import { Rate } from "./sides/rate.tsx";
import { Zeros } from "./sides/zeros.tsx";
import { apothem, limit, wrongArea, type Fit } from "./sides/shape.ts";

const start = {
  region: "disk", formula: "x^2 + y^2 <= 1 and y >= -x", sides: 6, fit: "balanced", size: 0.9, turn: 0,
  units: "heaviside", steepness: 60, softness: 0.5, picture: "move",
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
/** The half-width of the picture. */
const REACH = "3/2";

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

function asked({ region, formula, fit, size, turn, units, steepness, softness }: Sides): Asked {
  const isDisk = !(region in FORMULAS) ? false : region === "disk";
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

function View({ state, set }: { state: Sides; set(changes: Partial<Sides>): void }) {
  const { region, formula, size, turn, steepness, softness } = state;
  const sides = Math.round(Math.min(Math.max(state.sides, 3), 64));
  const { isDisk, isSmooth, canBeSmooth, units, fit, spec: of } = asked(state);
  const question = of(sides);
  const isPolygon = isDisk && !isSmooth;
  const picture = state.picture === "surface" || (state.picture === "move" && isPolygon) ? state.picture : "cells";
  const first: Drawn[] = picture === "move" ? [] : [picture === "surface" ? "surface" : "draft"];
  const progress = useProof({ do: "build", name: "sides", spec: question.text }, first);
  const { answer, stage } = progress;
  const kind: Kind = picture === "surface" ? "surface" : "halfplanes";
  const fine = useFine(progress, picture === "cells");
  const wrong = progress.failure && keyOf(question, progress.failure);
  const isOwnWrong = region === "own" && wrong?.key === "target.formula";
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
          {!isSmooth && <Slider label="Sides n" value={sides} min={3} max={64} onChange={(value) => set({ sides: value })} />}
          <Choice
            label="Units" value={units} options={canBeSmooth ? UNITS : UNITS.slice(0, 2)} onChange={(value) => set({ units: value })}
          />
          {isPolygon && <Choice label="Place of the sides" value={fit} options={FITS} onChange={(value) => set({ fit: value })} />}
          {isPolygon && fit === "hand" && <Slider
            label="Distance of the sides from the centre" value={size} min={NEAREST} max={FARTHEST} step={0.005} onChange={(value) => set({ size: value })}
          />}
          {units === "sigmoid" && <Slider
            label="Steepness w" value={steepness} min={2} max={2000} isLog onChange={(value) => set({ steepness: value })}
          />}
          {isSmooth && <Slider
            label="Steepness w" value={softness} min={0.03125} max={8} isLog onChange={(value) => set({ softness: value })}
          />}
          {isDisk && <Slider label="Turn" value={turn} min={0} max={180} shown={`${turn}°`} onChange={(value) => set({ turn: value })} />}
          <Choice label="Region" value={REGIONS.some(([id]) => id === region) ? region : "disk"} options={REGIONS} onChange={(value) => set({ region: value })} />
          {region === "own" && <Field
            label="Your region, in x and y" value={formula} failure={isOwnWrong ? progress.failure : undefined} span={wrong?.span}
            onChange={(value) => set({ formula: value })}
          />}
          <Choice
            label="Picture" value={picture} options={isPolygon ? PICTURES : PICTURES.slice(1)} onChange={(value) => set({ picture: value })}
          />
        </>}
        figure={<Figure name="Misclassified area" progress={progress} question={question.text}>
          {byFormula && <p class="evidence">By formula: about {short(byFormula(sides), 4)}.{fit !== "balanced"
            && ` The best regular polygon: about ${short(wrongArea(sides, apothem(sides, "balanced", 1)), 4)}.`}</p>}
          {answer?.a_priori && !hasFormula && <p class="evidence">By theorem {answer.a_priori.theorem}: at most {answer.a_priori.upper}.</p>}
          {answer && <p class="evidence">
            {answer.network.units} units; {answer.network.parameters} weights and biases,{" "}
            {answer.network.parameters - answer.network.nonzero_parameters} of them zero.
          </p>}
        </Figure>}
        picture={<>
          {picture === "move"
            ? <Plane
              sides={sides} fit={fit} size={size} turn={turn} steepness={units === "sigmoid" ? steepness : undefined}
              onTurn={(value) => set({ turn: value })} onSize={(value) => set({ size: value, fit: "hand" })}
            />
            : <Picture svg={fine ?? answer?.pictures[picture === "surface" ? "surface" : "draft"]} isStale={stage === "first"} />}
          <Files progress={progress} kind={kind} />
        </>}
      >
        {!isSmooth && <Rate
          curve={JSON.stringify([region, region === "own" && formula, units, units === "sigmoid" && steepness, isDisk && [fit, fit === "hand" && size]])}
          spec={(n) => asked({ ...state, turn: 0 }).spec(n).text} sides={sides} enclosure={stage === "first" ? undefined : answer?.enclosure}
          isFree={stage === "rest" && !progress.failure} formula={byFormula} onChange={(value) => set({ sides: value })}
        />}
        <Why isDisk={isDisk} isSmooth={isSmooth} fit={fit} />
      </Layout>
      <Zeros state={state} set={set} />
    </>
  );
}

/** What to learn from it. */
function Why({ isDisk, isSmooth, fit }: { isDisk: boolean; isSmooth: boolean; fit: Fit }) {
  if (isSmooth) {
    return (
      <>
        <h2>Round without corners</h2>
        <p>
          These are three smooth units, in three directions 120° apart. They are much too soft to be walls. Where a soft unit
          bends most, it is nearly a line plus a parabola. In three directions at equal angles the lines cancel, and the squares
          add up: u₁² + u₂² + u₃² = (3/2)(x² + y²). That is exactly round.
        </p>
        <p>
          So a circle does not need infinitely many sides. Only jumps need them. Make w larger, and the circle becomes a
          triangle: then the units are walls again.
        </p>
      </>
    );
  }
  if (!isDisk) return null;
  const times = limit(fit);
  if (times === undefined) {
    return (
      <p>
        Move the sides until the wrong area is least. A side that moves outward gains what it has inside the disk, and loses what
        it has outside. So at the best place, half of each side is inside. "Least area" goes there.
      </p>
    );
  }
  return (
    <p>
      For many sides the wrong area is about {short(times)}/n². Twice as many sides leave a quarter of the error, so every error above 0 can be reached, but 0 cannot: no polygon is a
      circle. Choose "three soft sigmoids" to see what units do that are not walls.
    </p>
  );
}

export const sides: Section<Sides> = { id: "sides", name: "n sides", title: "How many sides make a circle?", start, View };
