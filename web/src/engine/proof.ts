// A certified figure that follows what the user does: a first enclosure at once, a narrower one at rest.

import { useEffect, useRef, useState } from "preact/hooks";
import { GivenUp, type Engine } from "./client.ts";
import { patient, quick } from "./load.ts";
import { Failed, type Drawn, type Failure, type Proof, type Proved } from "./protocol.ts";

/** How far a proof is. */
export interface Progress {
  /** The last answer; it stays while the next one is made. */
  answer?: Proved;
  /** The question that it answers, and the engine that keeps it. */
  question?: Proof;
  engine?: Engine;
  failure?: Failure;
  /** `first`: the first enclosure of the present question is awaited. `narrowing`: a better one. */
  stage: "first" | "narrowing" | "rest";
}

/** Milliseconds for the first enclosure. */
const FIRST = 50;
/** Milliseconds without a change before the enclosure is narrowed. */
const REST = 150;
/** The longest that a page proves; then the enclosure stays as it is. */
const LONGEST = 20_000;
/** An enclosure whose relative width is at most this is not narrowed. */
export const NARROW = 0.02;

/** Is the figure as narrow as a page makes it? */
export function isNarrow({ enclosure }: Proved): boolean {
  return enclosure.is_exact || enclosure.verdict === "enclosed"
    || (enclosure.width !== null && enclosure.width <= NARROW && enclosure.verdict !== "undecided");
}

/** The failure of a promise, if it is one to be shown. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof GivenUp) return undefined;
  if (error instanceof Failed) return error.failure;
  return { message: String(error) };
}

/** Was the time over before there was anything? Where a builder looks for a size, the first time may be too short. */
export function isTooEarly(error: unknown): boolean {
  return /stopped by time/.test(failureOf(error)?.message ?? "");
}

/**
 * Follows a question: asks it with little time whenever it changes, then with more.
 *
 * `question` is `undefined` while there is nothing to ask. `pictures` are drawn with each answer.
 * `firstMillis` is for the first enclosure: more of it where the page draws the picture itself.
 */
export function useProof(question: Proof | undefined, pictures: Drawn[], firstMillis = FIRST): Progress {
  const [progress, setProgress] = useState<Progress>({ stage: "first" });
  const wanted = useRef("");
  const key = question ? JSON.stringify([question, pictures]) : "";
  useEffect(() => {
    wanted.current = key;
    patient.stop();
    if (!question) return undefined;
    const isWanted = () => wanted.current === key;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const narrow = async () => {
      for (const millis of [700, LONGEST]) {
        const answer = await patient.ask<Proved>({ ...question, pictures, millis }).catch((error: unknown) => {
          if (millis !== LONGEST && isTooEarly(error)) return undefined;
          throw error;
        });
        if (!isWanted()) return;
        if (!answer) continue;
        const isLast = isNarrow(answer) || millis === LONGEST;
        setProgress({ answer, question, engine: patient, stage: isLast ? "rest" : "narrowing" });
        if (isLast) return;
      }
    };
    const rest = () => {
      timer = setTimeout(() => narrow().catch(failed), REST);
    };
    const failed = (error: unknown) => {
      const failure = failureOf(error);
      if (failure && isWanted()) setProgress({ failure, stage: "rest" });
    };
    const first = async () => {
      const answer = await quick.ask<Proved>({ ...question, pictures, millis: firstMillis });
      if (!isWanted()) return;
      const isLast = isNarrow(answer);
      setProgress({ answer, question, engine: quick, stage: isLast ? "rest" : "narrowing" });
      if (!isLast) rest();
    };
    setProgress((before) => ({ ...before, stage: "first" }));
    void latest(() => first().catch((error: unknown) => {
      if (isTooEarly(error) && isWanted()) rest();
      else failed(error);
    }));
    return () => clearTimeout(timer);
  }, [key]);
  useEffect(() => () => {
    wanted.current = "";
    patient.stop();
  }, []);
  return progress;
}

/** Milliseconds after which an answer that should have come at once is given up for a newer question. */
const TOO_LONG = 1000;

let running: Promise<void> | undefined;
let begun = 0;
let next: (() => Promise<void>) | undefined;

/** Runs one at a time; of those that wait, the last one only: while a slider moves, old places are of no use. */
function latest(work: () => Promise<void>): Promise<void> {
  next = work;
  if (running) {
    if (performance.now() - begun > TOO_LONG) quick.stop();
    return running;
  }
  const run = async () => {
    while (next) {
      const now = next;
      next = undefined;
      begun = performance.now();
      await now();
    }
  };
  running = run().finally(() => {
    running = undefined;
  });
  return running;
}
