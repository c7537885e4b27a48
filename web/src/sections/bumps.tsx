// Bumps, towers, and one layer instead of two.

import { useContext, useMemo } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Choice, Field, Slider, among, short, within } from "../parts/controls.tsx";
import { Errors, type Line } from "../parts/errors.tsx";
import { Figure, PredictFirst } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { label } from "../parts/plot.tsx";
import { useKept } from "../engine/answer.ts";
import { useProof, type Progress } from "../engine/proof.ts";
import type { Build, Kind } from "../engine/protocol.ts";
import { found, useSweep } from "../engine/sweep.ts";
import { keyOf, spec } from "../state/spec.ts";
import type { Section } from "../state/section.ts";
import { Held, useFine } from "./bumps/fine.tsx";
import { Board } from "./steps/board.tsx";
import type { Told } from "./steps/units.ts";

const start = {
  part: "grid", position: 0.5, width: 0.2, height: 1, steepness: 20,
  x: 0, y: 0, side: 1,
  builder: "towers", formula: "2 - x^2 - y^2", cells: 4, units: "smooth", view: "surface",
};
type Bumps = typeof start;
interface Part {
  state: Bumps;
  set(changes: Partial<Bumps>): void;
}

const PARTS = [["bump", "a bump"], ["tower", "a tower"], ["grid", "a grid of them"]] as const;

/** A state with values that the controls allow, whatever a link says. */
function sane(state: Bumps): Bumps {
  return {
    ...state,
    part: PARTS.some(([part]) => part === state.part) ? state.part : "grid",
    builder: among(state.builder, BUILDERS), units: among(state.units, [["smooth", ""], ["hard", ""]]),
    position: within(state.position, 0.1, 0.9), width: within(state.width, 0.02, 0.8), height: within(state.height, 0.1, 2),
    steepness: within(state.steepness, 2, 200), x: within(state.x, -0.6, 0.6), y: within(state.y, -0.6, 0.6),
    side: within(state.side, 0.2, 1.6), cells: within(state.cells, 1, 8, true),
  };
}

function View({ state: given, set }: Part) {
  const state = sane(given);
  const choose = (
    <Choice label="What to build" value={state.part} options={PARTS} onChange={(part) => set({ part })} />
  );
  switch (state.part) {
    case "bump": return <Bump key="bump" state={state} set={set}>{choose}</Bump>;
    case "tower": return <Tower key="tower" state={state} set={set}>{choose}</Tower>;
    default: return <Grid key="grid" state={state} set={set}>{choose}</Grid>;
  }
}

/** A number of a slider as text, without the noise of floats. */
const exact = (value: number) => String(Number(value.toFixed(4)));

type WithChildren = Part & { children: ComponentChildren };

/** The slider of the steepness, in steps that are equal factors. */
function Steepness({ state, set, of }: Part & { of: string }) {
  return (
    <Slider
      label={`w h: steepness times the width of ${of}`} value={state.steepness} min={2} max={200} isLog
      shown={short(state.steepness)} onChange={(steepness) => set({ steepness })}
    />
  );
}

function Bump({ state, set, children }: WithChildren) {
  const { position, width, height, steepness } = state;
  const [from, to] = [exact(position - width / 2), exact(position + width / 2)];
  const asked = spec({
    target: { formula: `if(x >= ${from} and x < ${to}, ${exact(height)}, 0)`, inputs: ["x"], domain: { x: ["0", "1"] } },
    network: { builder: "bump", from, to, height: exact(height), steepness: exact(steepness / width) },
    claim: { norm: "l1", gap: "1/50" },
  });
  const progress = useProof({ do: "build", name: "bump", spec: asked.text }, ["curve"]);
  const told = useKept<Told>(progress, { do: "steps", samples: 400 });
  return (
    <Layout
      lead={<p>
        A step up and a step down make a bump. The bump is soft at its shoulders: there a smooth step is between 0 and 1.
      </p>}
      controls={<>
        {children}
        <Slider label="Position" value={position} min={0.1} max={0.9} step={0.01} onChange={(value) => set({ position: value })} />
        <Slider label="Width h" value={width} min={0.02} max={0.8} step={0.01} onChange={(value) => set({ width: value })} />
        <Slider label="Height" value={height} min={0.1} max={2} step={0.1} onChange={(value) => set({ height: value })} />
        <Steepness state={state} set={set} of="the bump" />
      </>}
      figure={<Figure name="Area between the bump and its box" progress={progress} question={asked.text} />}
      picture={<>
        <Board
          title="Two steps, and their sum" told={progress.failure ? undefined : told} isStale={progress.stage === "first"} isApart
          domain={[0, 1]}
        />
        <Picture svg={progress.answer?.pictures.curve} isStale={progress.stage === "first"} />
        <Files progress={progress} kind="curve" />
      </>}
    >
      <p>
        At a jump every smooth network is off by half of the jump, so the largest error stays half of the height. The area
        between bump and box is what a large weight makes small: it is at most 4 ln 2 · height / w for both steps together.
      </p>
    </Layout>
  );
}

function Tower({ state, set, children }: WithChildren) {
  const { x, y, side, steepness } = state;
  const ends = (middle: number) => [exact(middle - side / 2), exact(middle + side / 2)] as const;
  const [[left, right], [low, high]] = [ends(x), ends(y)];
  const asked = spec({
    target: {
      formula: `x >= ${left} and x < ${right} and y >= ${low} and y < ${high}`, inputs: ["x", "y"], domain: { x: ["-1", "1"], y: ["-1", "1"] },
    },
    network: { builder: "tower", box: { x: [left, right], y: [low, high] }, steepness: exact(steepness / side) },
    claim: { norm: "area", gap: "1/20" },
  });
  const progress = useProof({ do: "build", name: "bumps", spec: asked.text }, []);
  return (
    <Layout
      lead={<p>
        Two steps in x and two steps in y: inside of the box all four are on, and their sum is 4. A unit in a <b>second
        layer</b> asks whether the sum is above 7/2. It makes a tower.
      </p>}
      controls={<>
        {children}
        <Slider label="Middle in x" value={x} min={-0.6} max={0.6} step={0.05} onChange={(value) => set({ x: value })} />
        <Slider label="Middle in y" value={y} min={-0.6} max={0.6} step={0.05} onChange={(value) => set({ y: value })} />
        <Slider label="Side h" value={side} min={0.2} max={1.6} step={0.05} onChange={(value) => set({ side: value })} />
        <Steepness state={state} set={set} of="the box" />
        <Show state={state} set={set} options={[["surface", "the tower"], ["halfplanes", "where it is wrong"]]} />
      </>}
      figure={<Figure name="Area where tower and box differ" progress={progress} question={asked.text}>
        <p class="evidence">Inside is where the tower is at least 1/2.</p>
      </Figure>}
      picture={<Shown progress={progress} kind={state.view === "halfplanes" ? "halfplanes" : "surface"} />}
    >
      <p>
        Look at the corners of the tower. Two steps are half on there at once. Their sum is too low, so the corner is cut
        off. That is small here, but in a grid four such corners meet.
      </p>
    </Layout>
  );
}

/** Which picture. */
function Show({ state, set, options }: Part & { options: readonly (readonly [string, string])[] }) {
  const value = options.some(([option]) => option === state.view) ? state.view : options[0]![0];
  return <Choice label="Show" value={value} options={options} onChange={(view) => set({ view })} />;
}

/** The picture of a surface: a coarse one at once, the fine one at rest; and the files. */
function Shown({ progress, kind }: { progress: Progress; kind: Kind }) {
  const coarse = useKept<{ svg: string }>(progress, { do: "coarse" });
  const fine = useFine(progress, kind);
  return (
    <>
      <Held svg={fine ?? coarse?.svg} isFine={fine !== undefined} isStale={progress.stage === "first"} />
      <Files progress={progress} kind={kind} />
    </>
  );
}

const TARGETS = [
  ["2 - x^2 - y^2", "a dome"], ["x*y", "a saddle"], ["sin(3*x)*cos(2*y)", "waves"],
] as const;
const BUILDERS = [
  ["towers", "towers"], ["quadrants", "corner steps"], ["ridge", "one layer"],
] as const;
const SIZES = [1, 2, 3, 4, 6, 8];

/** The spec of a network on the square. */
function grid({ builder, formula, cells, steepness, units }: Bumps) {
  const isSmooth = units === "smooth";
  const isRidge = builder === "ridge";
  return spec({
    target: { formula, inputs: ["x", "y"], domain: { x: ["-1", "1"], y: ["-1", "1"] } },
    network: {
      builder, cells,
      activation: isSmooth ? "sigmoid" : isRidge ? "relu" : "heaviside",
      steepness: isSmooth && !isRidge ? `${steepness}/cell` : undefined,
    },
    claim: { gap: "1/50" },
  });
}

function Grid({ state, set, children }: WithChildren) {
  const { builder, formula, cells, steepness, units } = state;
  const asked = grid(state);
  const progress = useProof({ do: "build", name: "bumps", spec: asked.text }, []);
  const { failure, answer } = progress;
  const wrong = failure && keyOf(asked, failure);
  const isRidge = builder === "ridge";
  const isSmooth = units === "smooth";

  const shape = JSON.stringify([formula, units, steepness]);
  const plot = useMemo(() => SIZES.flatMap((size) => BUILDERS.map(([name]): { name: string; size: number; question: Build } => ({
    name, size, question: { do: "build", name: "networks of the plot", spec: grid({ ...state, builder: name, cells: size }).text },
  }))), [shape]);
  const isFree = !useContext(PredictFirst) && progress.stage === "rest" && !failure && answer !== undefined;
  const left = useSweep(failure ? [] : plot.map(({ question }) => question), isFree);
  const lines: Line[] = failure ? [] : BUILDERS.map(([name, text]) => ({
    name: text, isPresent: name === builder,
    marks: plot.filter((point) => point.name === name).map(({ size, question }) => ({
      x: size, enclosure: found(question), name: `${text}, ${size} cells`, choose: () => set({ builder: name, cells: size }),
    })),
  }));
  const views: [string, string][] = [["surface", "surface"], ["error", "where the error is"]];
  if (isRidge) views.push(["ridges", "its directions"]);
  const kind = (views.find(([view]) => view === state.view)?.[0] ?? "surface") as Kind;
  return (
    <Layout
      lead={<p>
        Do I need two layers? A grid of towers, each as high as the target, looks like the target. The certified error
        says otherwise: where four smooth towers meet, the network <b>dips</b>. Corner steps use two layers without dips.
        And one layer can do it as well.
      </p>}
      controls={<>
        {children}
        <Choice
          label="Target" value={formula} options={TARGETS.map(([text, name]) => [text as string, name] as const)}
          onChange={(value) => set({ formula: value })}
        />
        <Field
          label="Target f(x, y), for x and y from −1 to 1" value={formula}
          failure={wrong?.key === "target.formula" ? failure : undefined} span={wrong?.span}
          onChange={(value) => set({ formula: value })}
        />
        <Choice label="Network" value={builder} options={BUILDERS} onChange={(value) => set({ builder: value })} />
        <Slider
          label={isRidge ? "Cells in each direction" : "Cells in x and in y"} value={cells} min={1} max={8}
          onChange={(value) => set({ cells: value })}
        />
        <Choice
          label="Units" value={units} options={[["smooth", "sigmoid"], ["hard", isRidge ? "relu" : "jumps"]]}
          onChange={(value) => set({ units: value })}
        />
        {isSmooth && !isRidge && <Steepness state={state} set={set} of="a cell" />}
        <Show state={state} set={set} options={views} />
      </>}
      figure={<>
        <Figure name="Largest error" progress={progress} question={asked.text}>
          {answer && progress.stage !== "first" && <Where progress={progress} />}
        </Figure>
        {!failure && <Errors
          title="The error over cells" xName="cells (log scale)" xRange={[0.9, 9]} xTicks={SIZES} lines={lines} left={left}
          present={answer && progress.stage !== "first" ? { x: cells, enclosure: answer.enclosure } : undefined}
          move={(place) => set({ cells: Math.min(Math.max(Math.round(place), 1), 8) })}
        />}
      </>}
      picture={<Shown progress={progress} kind={kind} />}
    >
      <h2>The dip</h2>
      <p>
        At a corner where four cells meet, two of the four steps of each tower are half on. The sum is 3 and the second
        layer asks for 7/2, so all four towers are off: the network falls to about 0, and the error is about |f|. More
        cells and steeper steps make the dips narrower, but not less deep. The largest error stays near the largest |f| at
        such corners, whatever the cells. A picture hides that; a proof looks at every point. Theorem T23 says what holds.
      </p>
      <p>
        With jumps in place of smooth steps there are no dips: each point is in one box. So it is the sigmoid at a corner
        that makes them, however steep it is.
      </p>
      <h2>Two layers without dips</h2>
      <p>
        A corner step asks: is the point beyond this corner? It adds what the lower corners did not give yet, and is never
        switched off again. The error is then that of stairs: the slopes times half of a cell (theorem T24).
      </p>
      <h2>One layer</h2>
      <p>
        One hidden layer can do without the question “are all four on?”. It adds functions of one direction each. For the
        saddle, x y = (x + y)²/4 − (x − y)²/4: two directions are enough, and each square is a curve of one variable. Every
        polynomial is such a sum (theorem T36), and polynomials come close to every continuous function. Choose “one layer”
        and “its directions” to see the parts.
      </p>
    </Layout>
  );
}

/** Where the largest error was found. */
function Where({ progress }: { progress: Progress }) {
  const { witness } = (progress.answer?.report ?? {}) as { witness?: { point: Record<string, string>; network: unknown; target: unknown } | null };
  const { answer } = progress;
  const units = answer && <p class="evidence">{answer.network.units} units in {answer.network.layers.length - 1} hidden {answer.network.layers.length === 2 ? "layer" : "layers"}.</p>;
  if (!witness) return <>{units}</>;
  const near = (given: unknown) => label(Number(fraction(Array.isArray(given) ? String(given[0]) : String(given)).toPrecision(3)));
  return (
    <>
      <p class="evidence">
        At {Object.entries(witness.point).map(([name, value]) => `${name} ≈ ${near(value)}`).join(", ")}: the network is about{" "}
        {near(witness.network)}, the target about {near(witness.target)}.
      </p>
      {units}
    </>
  );
}

/** A rational number as a float. */
function fraction(text: string): number {
  const [over = "", under = "1"] = text.split("/");
  if (over.length < 300 && under.length < 300) return Number(over) / Number(under);
  // Very long ones: the first digits, and the powers of ten that were left out.
  const drop = Math.min(over.length, under.length) - 20;
  return Number(over.slice(0, over.length - drop)) / Number(under.slice(0, under.length - drop));
}

export const bumps: Section<Bumps> = {
  id: "bumps", name: "Bumps and towers", title: "Bumps, towers, and one layer instead of two", start, View,
};
