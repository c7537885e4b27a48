// Questions about training, and what the section does with the answers.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Engine } from "../../engine/client.ts";
import { patient, quick } from "../../engine/load.ts";
import { failureOf, isNarrow, type Progress } from "../../engine/proof.ts";
import type { Enclosure, Failure, Proved, Verify } from "../../engine/protocol.ts";
import type { Shape } from "./net.ts";

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
  /** The question that it answers. */
  question?: Train;
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
      patient.ask<Trained>(question).then(
        (trained) => isWanted && setTraining({ trained, question, isStale: false }),
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

const FIRST = 50;
/** The trained network is what people came for; what it is compared with must not keep the machine busy. */
const LATER = [{ mine: 1000, others: 600 }, { mine: 15_000, others: 5000 }];

/** Certifies the misclassified area of the trained network and of its rivals: first roughly, then in turn narrower. */
export function useComparison(asked: Comparison | undefined): Rated[] {
  const [rated, setRated] = useState<Rated[]>([]);
  const rivals = useRef<{ key: string; found: Rival[] }>({ key: "", found: [] });
  const key = asked ? JSON.stringify([asked.trained.network, asked.target, asked.domain, asked.spec]) : "";
  useEffect(() => {
    let isWanted = true;
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
      for (const [round, { mine, others }] of LATER.entries()) {
        for (let place = 0; place < all.length; place += 1) {
          if (all[place]!.progress.stage === "rest") continue;
          const how = round === 0 ? questions[place]! : { do: "refine", name: questions[place]!.name };
          if (!await ask(patient, place, how, place === 0 ? mine : others, round === LATER.length - 1)) return;
        }
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
  return rated;
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

/** Is the one error certainly smaller, certainly larger, or is that not known? The ends are rounded outwards. */
export function compared(one: Enclosure, other: Enclosure): "smaller" | "larger" | "open" {
  if (one.upper !== null && numberOf(one.upper) < numberOf(other.lower)) return "smaller";
  if (other.upper !== null && numberOf(one.lower) > numberOf(other.upper)) return "larger";
  return "open";
}
