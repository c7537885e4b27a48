// The certified figure: what was proved, how narrow it is, and the guess before it is shown.

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Words } from "./controls.tsx";
import type { Progress } from "../engine/proof.ts";
import type { Enclosure, Failure, Proved } from "../engine/protocol.ts";

/** Should figures be hidden until the user has guessed them? */
export const PredictFirst = createContext(false);

interface FigureProps {
  /** What the figure is: "The largest error". */
  name: ComponentChildren;
  progress: Progress;
  /** Where to look for the proof, and how it was made; shown below. */
  children?: ComponentChildren;
  /** Another figure than the enclosure of the error itself: the same numbers in other units. */
  shown?: (enclosure: Enclosure) => ComponentChildren;
  /** Changes when the question does: then there is a new figure to guess. */
  question?: string;
}

/** The enclosure in words and numbers. */
export function Bounds({ enclosure }: { enclosure: Enclosure }) {
  const { lower, upper, is_exact } = enclosure;
  if (is_exact) return <><b>{lower}</b> <small>exactly</small></>;
  if (upper === null) return <>at least <b>{lower}</b></>;
  return <>between <b>{lower}</b> and <b>{upper}</b></>;
}

/** How wide an enclosure is, in words. */
export function width({ is_exact, width }: Enclosure): string {
  if (is_exact) return "exact";
  if (width === null) return "no upper bound yet";
  const percent = width * 100;
  return `${percent < 0.1 ? "less than 0.1" : Number(percent.toPrecision(2))} % wide`;
}

/** An end of the enclosure as the report writes it, exactly. */
function error(report: Record<string, unknown>, end: string): string {
  const { error } = report as { error?: Record<string, unknown> };
  return String(error?.[end] ?? "");
}

interface GuessedProps {
  name: ComponentChildren;
  question: string | undefined;
  /** The figure, with what was guessed, if that was asked. */
  children(guess: string | undefined): ComponentChildren;
}

/** Hides a figure until the user has guessed it, if that is wanted. */
export function Guessed({ name, question, children }: GuessedProps) {
  const predict = useContext(PredictFirst);
  const [guess, setGuess] = useState("");
  const [isRevealed, setRevealed] = useState(false);
  useEffect(() => setRevealed(false), [question, predict]);
  if (!predict) return <>{children(undefined)}</>;
  if (isRevealed) return <>{children(guess)}</>;
  return (
    <form
      class="figure hidden" onSubmit={(event) => {
        event.preventDefault();
        if (guess.trim()) setRevealed(true);
      }}
    >
      <label>
        <span>{name}: your guess</span>
        <input type="text" inputMode="decimal" value={guess} onInput={(event) => setGuess(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={!guess.trim()}>Reveal</button>
    </form>
  );
}

/** A certified figure. */
export function Figure({ name, progress, children, shown, question }: FigureProps) {
  const { answer, failure, stage } = progress;
  if (failure) {
    return <div class="figure failed" role="alert"><Words failure={failure} /></div>;
  }
  if (!answer) {
    return <div class="figure" role="status">Proving...</div>;
  }
  const { enclosure } = answer;
  return (
    <Guessed name={name} question={question}>
      {(guess) => (
        <div class={`figure ${enclosure.verdict}`} data-stage={stage} data-lower={error(answer.report, "lower")} data-upper={error(answer.report, "upper")}>
          <p class="value" aria-live="polite">
            <span class="what">{name}</span>{" "}
            {shown ? shown(enclosure) : <Bounds enclosure={enclosure} />}
          </p>
          <p class="evidence">
            Certified{stage === "rest" ? "" : stage === "first" ? " (the last one)" : " so far"}: {width(enclosure)}
            {stage === "narrowing" && <span class="busy"> narrowing...</span>}
            {guess && <>. Your guess: {guess}{judged(guess, enclosure)}</>}
          </p>
          <p class="evidence claim">{claim(answer, stage !== "first")}</p>
          {children}
        </div>
      )}
    </Guessed>
  );
}

const VERDICTS = {
  proved: (tolerance: string) => `Proved: at most ${tolerance}. `,
  refuted: (tolerance: string) => `Refuted: it is more than ${tolerance}. `,
  undecided: (tolerance: string) => `Undecided: is it at most ${tolerance}? `,
  enclosed: () => "",
};
const NORMS: Record<string, string> = { l1: "L¹", l2: "L²" };

/**
 * What the figure is about: the verdict where there is a tolerance, the norm, the weights, and the arithmetic. A verdict
 * about the last question is not shown (`isPresent`).
 */
export function claim({ report, enclosure }: Pick<Proved, "report" | "enclosure">, isPresent = true): string {
  const { norm, semantics, weights, tolerance } = (report as { claim?: Record<string, string | null> }).claim ?? {};
  const verdict = tolerance && isPresent ? VERDICTS[enclosure.verdict](tolerance) : "";
  const measured = norm === "area" ? "area" : `${NORMS[norm ?? ""] ?? norm} error`;
  return `${verdict}Claim: ${measured}, ${weights} weights, ${semantics} arithmetic.`;
}

interface CountProps {
  /** What is counted: "Linear regions". */
  name: ComponentChildren;
  /** The number; `undefined` before the first one. */
  value: number | undefined;
  /** How it is known: "Counted exactly". */
  evidence: ComponentChildren;
  failure?: Failure | undefined;
  /** Does the number belong to an earlier question? */
  isStale?: boolean;
  question?: string;
  /** Shown below. */
  children?: ComponentChildren;
}

/** A figure that is one whole number, and no enclosure. */
export function Count({ name, value, evidence, failure, isStale = false, question, children }: CountProps) {
  if (failure) {
    return <div class="figure failed" role="alert"><Words failure={failure} /></div>;
  }
  if (value === undefined) {
    return <div class="figure" role="status">Counting...</div>;
  }
  return (
    <Guessed name={name} question={question}>
      {(guess) => (
        <div class="figure" data-stage={isStale ? "first" : "rest"} data-count={value}>
          <p class="value" aria-live="polite">
            <span class="what">{name}</span> <b>{value.toLocaleString("en")}</b>
          </p>
          <p class="evidence">
            {evidence}{isStale && " (the last one)"}
            {guess && <>. Your guess: {guess}{judged(guess, { near: [value, value] })}</>}
          </p>
          {children}
        </div>
      )}
    </Guessed>
  );
}

/** What a guess was worth. */
export function judged(guess: string, { near: [lower, upper] }: Pick<Enclosure, "near">): string {
  const value = Number(guess.replace(",", ".").replace(/^(.+)\/(.+)$/, (_, over, under) => String(Number(over) / Number(under))));
  if (!Number.isFinite(value)) return "";
  const top = upper ?? Infinity;
  if (value >= lower && value <= top) return lower === top ? ", right" : ", inside";
  const factor = value > top ? value / top : lower / Math.max(value, Number.MIN_VALUE);
  if (!Number.isFinite(factor)) return value > top ? ", too large" : ", too small";
  const times = factor < 1.05 ? "just" : `${Number(factor.toPrecision(2))} times`;
  return `, ${times} too ${value > top ? "large" : "small"}`;
}
