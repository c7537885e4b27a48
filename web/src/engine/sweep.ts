// Certified figures of many questions, one after the other, while nothing else is asked.

import { useEffect, useReducer } from "preact/hooks";
import { GivenUp } from "./client.ts";
import { patient } from "./load.ts";
import type { Build, Enclosure, Proved } from "./protocol.ts";

/** Figures that were found, by question; `null` where there is none. They stay while the page is open. */
const known = new Map<string, Enclosure | null>();
/** Figures that had the longest time, and are not asked for again. */
const finished = new Set<string>();
/** More are not kept. */
const MOST = 2000;
/** Milliseconds for each figure: first a little for all, then more for those that are wide. */
const ROUNDS = [60, 700, 1500];
/** A figure whose ends differ by a larger part of the upper one is wide. */
const WIDE = 0.2;

const keyOf = (question: Build) => question.spec;

/** What is known of a question; `undefined` if nothing is yet. */
export function found(question: Build): Enclosure | null | undefined {
  return known.get(keyOf(question));
}

function isOpen(question: Build, round: number): boolean {
  const key = keyOf(question);
  const enclosure = known.get(key);
  if (enclosure === undefined) return true;
  if (round === 0 || enclosure === null || finished.has(key)) return false;
  return !enclosure.is_exact && enclosure.verdict === "undecided" && (enclosure.width ?? 1) > WIDE;
}

/**
 * Asks for the figures of all questions in the given order, while `isFree`; `found` has those that are there. It uses the
 * patient engine and ends when a new question stops that.
 *
 * Returns how many are not known yet.
 */
export function useSweep(questions: Build[], isFree: boolean): number {
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const all = questions.map(keyOf).join("\u0000");
  useEffect(() => {
    if (!isFree) return undefined;
    let isWanted = true;
    const run = async () => {
      for (const [round, millis] of ROUNDS.entries()) {
        for (const question of questions) {
          if (!isOpen(question, round)) continue;
          if (known.size > MOST) {
            known.clear();
            finished.clear();
          }
          let enclosure: Enclosure | null = null;
          try {
            ({ enclosure } = await patient.ask<Proved>({ ...question, millis }));
          } catch (error) {
            if (error instanceof GivenUp) return;
          }
          known.set(keyOf(question), enclosure);
          if (round === ROUNDS.length - 1) finished.add(keyOf(question));
          if (!isWanted) return;
          changed(undefined);
        }
      }
    };
    void run();
    return () => {
      isWanted = false;
    };
  }, [all, isFree]);
  return questions.filter((question) => found(question) === undefined).length;
}
