// Training as a film: step, run, pause, restart, and the loss on the way.

import { useEffect, useRef, useState } from "preact/hooks";
import { Choice, Slider } from "../../parts/controls.tsx";
import { brief } from "./numbers.ts";
import type { Trained } from "./training.ts";

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
  /** `isMoving`: another step follows at once. */
  onStep(step: number, isMoving: boolean): void;
}

const SPEEDS = [["5", "5"], ["30", "30"], ["150", "150"]] as const;

/** The buttons, the slider of the steps, and the loss. */
export function Player({ trained, step, onStep }: PlayerProps) {
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
    <div class="player">
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
        </div>
        <Slider label="Step of training" value={step} min={0} max={Math.max(last, 1)} shown={`${step} of ${last}`} onChange={go} />
        {!isStill() && <Choice label="Steps a second" value={speed} options={SPEEDS} onChange={setSpeed} />}
      </div>
      <Loss trained={trained} step={step} onStep={go} />
    </div>
  );
}

const [WIDE, HIGH] = [320, 96];

/** The loss after each step, on a scale of equal factors. */
function Loss({ trained, step, onStep }: { trained: Trained; step: number; onStep(step: number): void }) {
  const { losses } = trained;
  const logs = losses.map((loss) => Math.log10(Math.max(loss, 1e-12)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const x = (place: number) => 4 + (WIDE - 8) * place / Math.max(losses.length - 1, 1);
  const y = (log: number) => 6 + (HIGH - 12) * (high - log) / Math.max(high - low, 1e-9);
  const line = logs.map((log, place) => `${place === 0 ? "M" : "L"}${x(place).toFixed(1)} ${y(log).toFixed(1)}`).join("");
  const loss = losses[step] ?? losses.at(-1) ?? 0;
  return (
    <figure class="loss">
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={`The loss over ${losses.length - 1} steps, on a scale of equal factors: from ${brief(losses[0] ?? 0)} to ${brief(losses.at(-1) ?? 0)}.`}
        onClick={(event) => {
          const frame = event.currentTarget.getBoundingClientRect();
          onStep(Math.round((event.clientX - frame.left) / frame.width * (losses.length - 1)));
        }}
      >
        <rect x=".5" y=".5" width={WIDE - 1} height={HIGH - 1} fill="none" stroke="var(--line)" />
        <path d={line} fill="none" stroke="var(--one)" stroke-width="2" />
        <path d={`M${x(step)} 1V${HIGH - 1}`} stroke="var(--soft)" />
        <circle cx={x(step)} cy={y(Math.log10(Math.max(loss, 1e-12)))} r="4" fill="var(--one)" stroke="var(--page)" />
      </svg>
      <figcaption>Loss after step {step}: <b>{brief(loss)}</b> <small>({trained.loss_name}, mean over the points; in floats)</small></figcaption>
    </figure>
  );
}
