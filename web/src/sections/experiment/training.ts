// Questions about training, and what the section does with the answers.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Engine } from "../../engine/client.ts";
import { patient, quick } from "../../engine/load.ts";
import { failureOf, isNarrow, type Progress } from "../../engine/proof.ts";
import type { Enclosure, Failure, Proved, Verify } from "../../engine/protocol.ts";
import { rows, type Shape } from "./net.ts";

/** Trains the network of a spec; `points` is the text of the file that the spec names. */
export interface Train {
  do: "train";
  name: string;
  spec: string;
  points?: string;
  film: number;
}

/** What came of one random start. */
export type StartOutcome =
  | { seed: number; loss: number; fit: number; steps: number; ended: string }
  | { seed: number; diverged: number };

/** A trained network, and how it came about. */
export interface Trained {
  title: string;
  /** The text of the network's file. */
  network: string;
  shape: Shape;
  weights: number[];
  starts: StartOutcome[];
  /** The place of the best start. */
  best: number;
  loss_name: string;
  fit: number;
  /** The step whose weights the network has. */
  chosen: number;
  losses: number[];
  /** The weights at some steps of the best start. */
  steps: number[];
  film: number[][];
  inputs: string[];
  is_region: boolean;
  points: number[][];
  targets: number[][];
  /** The points that are decided wrongly. */
  wrong: number[] | null;
  open: number | null;
  domain: [number, number][];
  threshold: number;
  notes: string[];
}

/** A network to compare with. */
export interface Rival {
  title: string;
  /** What it says everywhere, if it is constant. */
  answer: string | null;
  units: number;
  network: string;
}

/** The last training; it stays while the next one is made. */
export interface Training {
  trained?: Trained;
  failure?: Failure;
  isStale: boolean;
}

/** Milliseconds without a change before training begins: it ends what is being proved. */
const REST = 120;

/** Trains whenever the question changes. */
export function useTraining(question: Train | undefined): Training {
  const [training, setTraining] = useState<Training>({ isStale: true });
  const key = question ? JSON.stringify(question) : "";
  useEffect(() => {
    let isWanted = true;
    if (!question) {
      setTraining({ isStale: false });
      return undefined;
    }
    setTraining(({ failure: _, ...before }) => ({ ...before, isStale: true }));
    const timer = setTimeout(() => {
      patient.stop();
      // The first of several starts is shown until the best one is known.
      const first = (trained: unknown) => isWanted && setTraining({ trained: trained as Trained, isStale: true });
      patient.ask<Trained>(question, first).then(
        (trained) => isWanted && setTraining({ trained, isStale: false }),
        (error) => {
          const failure = failureOf(error);
          // The last network stays, dimmed.
          if (failure && isWanted) setTraining((before) => ({ ...before, failure, isStale: true }));
        },
      );
    }, REST);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key]);
  useEffect(() => () => patient.stop(), []);
  return training;
}

/** A network of the table, and what was certified of it. */
export interface Rated {
  title: string;
  units: number;
  kind: "trained" | "polygon" | "constant" | "other";
  /** What it says everywhere, if it is constant. */
  says: string | null;
  progress: Progress;
}

/** What to certify of a trained network. */
export interface Comparison {
  trained: Trained;
  /** A spec with the target and the claim. */
  spec: string;
  target: string;
  domain: string;
}

/** What was certified of the network after a step of training. */
export interface Passed {
  step: number;
  enclosure: Enclosure;
}

/** Steps of the film that are about equal factors apart, with the first and that of the network. */
export function milestones({ losses, steps, chosen }: Pick<Trained, "losses" | "steps" | "chosen">): number[] {
  const found = new Set([0, chosen]);
  for (let power = 1; power < losses.length; power *= 10) {
    for (const digit of [1, 2, 5]) found.add(digit * power);
  }
  return [...found].filter((step) => step === chosen || steps.includes(step)).sort((a, b) => a - b);
}

/** A network with these weights, as a file; the weights are exactly these decimals. */
export function fileOf(shape: Shape, flat: ArrayLike<number>): string {
  return JSON.stringify({
    steeple_network: 1, inputs: shape.inputs, outputs: ["z"],
    layers: shape.layers.map(({ activation }, place) => {
      const layer = rows(shape, flat, place);
      return {
        activation, weights: layer.map(({ weights }) => weights.map(String)), bias: layer.map(({ bias }) => String(bias)),
      };
    }),
  });
}

const FIRST = 50;
/** Milliseconds for each network on the way; the second time only for those whose enclosure is still this wide. */
const ON_THE_WAY = [300, 1500];
const ROUGH = 0.1;
/** The trained network is what people came for; what it is compared with must not keep the machine busy. */
const MINE = [1000, 15_000];
const OTHERS = [600, 5000];

/**
 * Certifies the misclassified area of the trained network and of its rivals: first roughly, then in turn narrower; and
 * roughly that of some networks on the way.
 */
export function useComparison(asked: Comparison | undefined): { rated: Rated[]; way: Passed[] } {
  const [rated, setRated] = useState<Rated[]>([]);
  const [way, setWay] = useState<Passed[]>([]);
  const rivals = useRef<{ key: string; found: Rival[] }>({ key: "", found: [] });
  const key = asked ? JSON.stringify([asked.trained.network, asked.target, asked.domain, asked.spec]) : "";
  useEffect(() => {
    let isWanted = true;
    setWay([]);
    if (!asked) {
      setRated([]);
      return undefined;
    }
    const { trained } = asked;
    // What an earlier network was asked is of no use any more.
    patient.stop();
    const run = async () => {
      const question = (name: string, network: string): Verify => ({
        do: "verify", name, network, target: asked.target, domain: asked.domain, norm: "area", gap: "1/100",
      });
      // The rivals depend on the target and the number of units only.
      const of = JSON.stringify([asked.target, asked.domain, trained.shape.layers.map(({ units }) => units)]);
      const mine: Rival = { title: trained.title, answer: null, units: unitsOf(trained.shape), network: trained.network };
      const all: Rated[] = [];
      const questions: Verify[] = [];
      const put = (place: number, progress: Progress) => {
        all[place] = { ...all[place]!, progress };
        if (isWanted) setRated([...all]);
      };
      /** `false` if this was given up. */
      const ask = async (engine: Engine, place: number, how: object, millis: number, isLast: boolean) => {
        const question = questions[place]!;
        try {
          const answer = await engine.ask<Proved>({ ...how, millis });
          put(place, { answer, question, engine, stage: isLast || isNarrow(answer) ? "rest" : "narrowing" });
        } catch (error) {
          const failure = failureOf(error);
          if (!failure) return false;
          put(place, { failure, stage: "rest" });
        }
        return isWanted;
      };
      const add = (rival: Rival, place: number) => {
        all.push({
          title: rival.title, units: rival.units, says: rival.answer, progress: { stage: "first" },
          kind: place === 0 ? "trained" : rival.answer !== null ? "constant" : /polygon/.test(rival.title) ? "polygon" : "other",
        });
        questions.push(question(`experiment ${place}`, rival.network));
      };
      add(mine, 0);
      if (!await ask(quick, 0, questions[0]!, FIRST, false)) return;
      if (rivals.current.key !== of) {
        const { rivals: found } = await quick.ask<{ rivals: Rival[] }>({ do: "rivals", spec: asked.spec, network: trained.network });
        rivals.current = { key: of, found };
      }
      if (!isWanted) return;
      rivals.current.found.forEach((rival, place) => add(rival, place + 1));
      for (let place = 1; place < all.length; place += 1) {
        if (!await ask(quick, place, questions[place]!, FIRST, false)) return;
      }
      /** `false` if this was given up. */
      const narrow = async (place: number, millis: number[]) => {
        for (const [round, time] of millis.entries()) {
          if (all[place]!.progress.stage === "rest") break;
          const how = round === 0 ? questions[place]! : { do: "refine", name: questions[place]!.name };
          if (!await ask(patient, place, how, time, time === millis.at(-1))) return false;
        }
        return isWanted;
      };
      if (!await narrow(0, MINE)) return;
      for (let place = 1; place < all.length; place += 1) {
        // A few are difficult, and wait until the others are done.
        if (all[place]!.kind !== "other" && !await narrow(place, OTHERS)) return;
      }
      const passed: Passed[] = [];
      for (const [round, millis] of ON_THE_WAY.entries()) {
        for (const [place, step] of milestones(trained).entries()) {
          const frame = trained.steps.indexOf(step);
          const name = `experiment way ${place}`;
          let how: object = { do: "refine", name };
          if (round === 0) {
            how = question(name, step === trained.chosen ? trained.network : fileOf(trained.shape, trained.film[frame]!));
          } else if ((passed[place]!.enclosure.width ?? 1) < ROUGH) {
            continue;
          }
          const { enclosure } = await patient.ask<Proved>({ ...how, millis });
          if (!isWanted) return;
          passed[place] = { step, enclosure };
          setWay([...passed]);
        }
      }
      for (let place = 1; place < all.length; place += 1) {
        if (!await narrow(place, OTHERS)) return;
      }
    };
    run().catch((error) => {
      const failure = failureOf(error);
      if (failure && isWanted) setRated([{ title: trained.title, units: 0, kind: "trained", says: null, progress: { failure, stage: "rest" } }]);
    });
    return () => {
      isWanted = false;
    };
  }, [key]);
  return { rated, way };
}

/** Hidden units. */
export function unitsOf({ layers }: Shape): number {
  return layers.slice(0, -1).reduce((sum, { units }) => sum + units, 0);
}

/** A decimal or a fraction, as the engine writes it. */
function numberOf(text: string): number {
  const [over, under] = text.split("/");
  return Number(over) / (under === undefined ? 1 : Number(under));
}

/**
 * Is the one error certainly smaller, certainly larger, or is that not known?
 *
 * The ends are rounded outwards. Reading an end rounds it once, to the nearest float, and that keeps the order: where
 * the float of one end is below that of another, so is the end itself.
 */
export function compared(one: Enclosure, other: Enclosure): "smaller" | "larger" | "open" {
  if (one.upper !== null && numberOf(one.upper) < numberOf(other.lower)) return "smaller";
  if (other.upper !== null && numberOf(one.lower) > numberOf(other.upper)) return "larger";
  return "open";
}
