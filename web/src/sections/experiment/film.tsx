// Training as a film: step, run, pause, restart, and the loss on the way.

import { useEffect, useRef, useState } from "preact/hooks";
import { Choice, Slider } from "../../parts/controls.tsx";
import { brief } from "./numbers.ts";
import type { Passed, Rated, Trained } from "./training.ts";

/** Should nothing move by itself? */
export function isStill(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The place in the film of the last picture up to a step. */
export function frameOf(steps: number[], step: number): number {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface PlayerProps {
  trained: Trained;
  /** The step that is shown. */
  step: number;
  /** Is another network being trained? */
  isTraining: boolean;
  /** `isMoving`: another step follows at once. */
  onStep(step: number, isMoving: boolean): void;
  /** What was certified on the way, and of the constant answer. */
  way: Passed[];
  constant: Rated | undefined;
}

const SPEEDS = [["5", "5"], ["30", "30"], ["150", "150"]] as const;

/** The buttons, the slider of the steps, and the loss. */
export function Player({ trained, step, isTraining, onStep, way, constant }: PlayerProps) {
  const [isRunning, setRunning] = useState(false);
  const [speed, setSpeed] = useState<string>("30");
  const last = trained.losses.length - 1;
  const now = useRef(step);
  now.current = step;
  const put = useRef(onStep);
  put.current = onStep;
  // A new training is not played by itself.
  useEffect(() => setRunning(false), [trained]);
  useEffect(() => {
    if (!isRunning) return undefined;
    let before: number | undefined;
    let place = now.current;
    let shown = place;
    let frame = 0;
    const tick = (time: number) => {
      place += before === undefined ? 0 : Math.min(time - before, 200) / 1000 * Number(speed);
      before = time;
      const next = Math.min(Math.floor(place), last);
      if (next !== shown) {
        shown = next;
        put.current(next, next < last);
      }
      if (next >= last) setRunning(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isRunning, speed, last]);
  const go = (to: number) => {
    setRunning(false);
    onStep(Math.max(0, Math.min(last, to)), false);
  };
  return (
    <div class="film-player">
      <div>
        <div class="buttons" role="group" aria-label="Training">
          <button type="button" onClick={() => go(0)}>Restart</button>
          <button type="button" disabled={step >= last} onClick={() => go(step + 1)}>Step</button>
          {isStill() ? <button type="button" disabled={step >= last} onClick={() => go(step + 10)}>10 steps</button>
            : <button
              type="button" class="main" onClick={() => {
                if (isRunning) go(step);
                else {
                  if (step >= last) {
                    now.current = 0;
                    onStep(0, true);
                  }
                  setRunning(true);
                }
              }}
            >{isRunning ? "Pause" : "Run"}</button>}
          <button type="button" disabled={step === last} onClick={() => go(last)}>To the end</button>
          <span role="status" class="busy">{isTraining && "training..."}</span>
        </div>
        <Slider label="Step of training" value={step} min={0} max={Math.max(last, 1)} shown={`${step} of ${last}`} onChange={go} />
        {!isStill() && <Choice label="Steps a second" value={speed} options={SPEEDS} onChange={setSpeed} />}
      </div>
      <Loss trained={trained} step={step} onStep={go} />
      {way.length > 0 && <Way trained={trained} step={step} way={way} constant={constant} onStep={go} />}
    </div>
  );
}

const [WIDE, HIGH] = [320, 96];

/** The place of a step on a scale of equal factors, and the step at a place. */
function scale(last: number): { x(step: number): number; step(share: number): number } {
  const whole = Math.log1p(Math.max(last, 1));
  return {
    x: (step) => 6 + (WIDE - 12) * Math.log1p(step) / whole,
    step: (share) => Math.round(Math.expm1(Math.max(0, (share * WIDE - 6) / (WIDE - 12)) * whole)),
  };
}

interface ChartProps {
  trained: Trained;
  step: number;
  onStep(step: number): void;
}

/** Where a chart was clicked, from 0 to 1. */
function share({ currentTarget, clientX }: { currentTarget: Element; clientX: number }): number {
  const frame = currentTarget.getBoundingClientRect();
  return (clientX - frame.left) / frame.width;
}

/** The loss after each step; on both scales, equal steps are equal factors. */
function Loss({ trained, step, onStep }: ChartProps) {
  const { losses } = trained;
  const along = scale(losses.length - 1);
  const logs = losses.map((loss) => Math.log10(Math.max(loss, 1e-12)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const y = (log: number) => 6 + (HIGH - 12) * (high - log) / Math.max(high - low, 1e-9);
  const line = logs.map((log, place) => `${place === 0 ? "M" : "L"}${along.x(place).toFixed(1)} ${y(log).toFixed(1)}`).join("");
  const loss = losses[step] ?? losses.at(-1) ?? 0;
  return (
    <figure class="loss-chart">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`} role="img"
        aria-label={`The loss over ${losses.length - 1} steps, from ${brief(losses[0] ?? 0)} to ${brief(losses.at(-1) ?? 0)}; on both scales, equal steps are equal factors.`}
        onClick={(event) => onStep(along.step(share(event)))}
      >
        <rect x=".5" y=".5" width={WIDE - 1} height={HIGH - 1} fill="none" stroke="var(--line)" />
        <path d={line} fill="none" stroke="var(--one)" stroke-width="2" />
        <path d={`M${along.x(step)} 1V${HIGH - 1}`} stroke="var(--soft)" />
        <circle cx={along.x(step)} cy={y(Math.log10(Math.max(loss, 1e-12)))} r="4" fill="var(--one)" stroke="var(--page)" />
      </svg>
      <figcaption>Loss after step {step}: <b>{brief(loss)}</b> <small>({trained.loss_name}, mean over the points; in floats)</small></figcaption>
    </figure>
  );
}

/** What was certified on the way: a bar from the lower to the upper bound, and the constant answer as a line. */
function Way({ trained, step, way, constant, onStep }: ChartProps & { way: Passed[]; constant: Rated | undefined }) {
  const along = scale(trained.losses.length - 1);
  const bound = constant?.progress.answer?.enclosure.near[1] ?? undefined;
  const ends = [...way.flatMap(({ enclosure: { near } }) => near), bound].filter((end): end is number => typeof end === "number" && end > 0);
  const [least, most] = [Math.min(...ends), Math.max(...ends)].map(Math.log) as [number, number];
  // Equal steps are equal factors; a lower bound 0 is at the bottom.
  const y = (area: number) => (area > 0 ? 8 + (HIGH - 16) * (most - Math.log(area)) / Math.max(most - least, 0.1) : HIGH - 2);
  const told = ({ step, enclosure: { lower, upper } }: Passed) => `after step ${step} between ${lower} and ${upper ?? "no bound"}`;
  const now = way.find((passed) => passed.step === step);
  return (
    <figure class="loss-chart way-chart">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={`Certified misclassified area: ${way.map(told).join("; ")}.`}
        onClick={(event) => onStep(along.step(share(event)))}
      >
        <rect x=".5" y=".5" width={WIDE - 1} height={HIGH - 1} fill="none" stroke="var(--line)" />
        {bound !== undefined && <path d={`M1 ${y(bound)}H${WIDE - 1}`} stroke="var(--two)" stroke-width="1.5" stroke-dasharray="6 4" />}
        <path d={`M${along.x(step)} 1V${HIGH - 1}`} stroke="var(--soft)" />
        {way.map(({ step: at, enclosure: { near: [low, high] } }) => {
          const top = high === null ? 2 : y(high) - 1;
          return (
            <rect
              key={at} x={along.x(at) - 4} width="8" y={top} height={Math.max(y(low) + 1 - top, 2)} fill="var(--one)" fill-opacity={at === step ? 1 : 0.75}
            />
          );
        })}
      </svg>
      <figcaption>
        Certified misclassified area, on a scale of equal factors{now && <>: after step {step} between <b>{now.enclosure.lower}</b> and <b>{now.enclosure.upper ?? "no bound yet"}</b></>}.{" "}
        {constant?.says && bound !== undefined && <><span class="of-outside">Dashed</span>: the answer "{constant.says}" everywhere. </>}
        <small>Before the end, for weights rounded to 7 digits.</small>
      </figcaption>
    </figure>
  );
}
