// A spec as a text: what it builds, what is proved of it, and all pictures that fit.

import { useEffect, useState } from "preact/hooks";
import { Area, sentence, short } from "../parts/controls.tsx";
import { Figure } from "../parts/figure.tsx";
import { Files } from "../parts/files.tsx";
import { Layout } from "../parts/layout.tsx";
import { Picture } from "../parts/picture.tsx";
import { Sentence } from "../parts/words.tsx";
import { patient } from "../engine/load.ts";
import { failureOf, isTooEarly, type Progress } from "../engine/proof.ts";
import type { Build, Kind, Proved } from "../engine/protocol.ts";
import { given } from "../state/given.ts";
import type { Section } from "../state/section.ts";

const EXAMPLE = `[target]
formula = "0.2 + 0.4*x^2 + 0.3*x*sin(15*x) + 0.05*cos(50*x)"
domain = { x = [0, 1] }

[network]
builder = "staircase"
activation = "sigmoid"
cells = 16

[claim]
norm = "sup"
gap = "1/50"
`;

const start = { text: given.spec ?? EXAMPLE, seconds: 20 };
type Spec = typeof start;

/** Milliseconds without a change before a text is read. */
const REST = 300;
/** Milliseconds for a first enclosure and picture. */
const FIRST = 500;
/** The seconds of a longer search. */
const LONGER = 300;
/** A diagram of more units is a tangle. */
const MOST_UNITS = 64;

const KINDS: Record<Kind, string> = {
  curve: "The network and its target",
  surface: "The surface of the network",
  halfplanes: "The decision, and the lines of the units",
  error: "The error, place by place",
  partition: "The cells of the proof",
  diagram: "Units and weights",
  ridges: "The units as ridges",
};

const NORMS: Record<string, string> = {
  sup: "Largest error", l1: "Integral of the error", l2: "Root of the integral of the squared error", area: "Misclassified area",
};

/** The norm of a claim. */
function normOf(report: Proved["report"]): string {
  return (report["claim"] as { norm?: string } | undefined)?.norm ?? "sup";
}

/** The pictures that may fit a network, the most telling one first. */
function kindsFor({ network, report }: Proved): Kind[] {
  const isDecision = normOf(report) === "area";
  const kinds: Kind[] = [];
  if (network.inputs.length === 1) kinds.push("curve", "partition");
  if (network.inputs.length === 2) kinds.push(...(isDecision ? ["halfplanes", "surface", "partition"] : ["surface", "error", "partition"]) as Kind[]);
  if (network.units <= MOST_UNITS) kinds.push("diagram");
  if (network.inputs.length === 2 && network.layers.length === 2) kinds.push("ridges");
  return kinds;
}

/** What ended the search before it came to its end. */
export function stoppedBy({ report }: Proved): string | undefined {
  return (report["search"] as { stopped_by?: string | null } | undefined)?.stopped_by ?? undefined;
}

interface Drawn {
  kind: Kind;
  svg: string;
}

/** Builds and proves the text when it rests; the last search goes to the end that the spec asks for, if time allows. */
function useSpec(text: string, seconds: number): { progress: Progress; drawn: Drawn[] } {
  const [progress, setProgress] = useState<Progress>({ stage: "first" });
  const [drawn, setDrawn] = useState<Drawn[]>([]);
  useEffect(() => {
    let isWanted = true;
    const question: Build = { do: "build", name: "spec", spec: text };
    const picture = async (kind: Kind): Promise<Drawn[]> => {
      try {
        return [{ kind, ...await patient.ask<{ svg: string }>({ do: "draw", name: "spec", kind }) }];
      } catch (error) {
        // A kind that does not fit is left out.
        if (failureOf(error)) return [];
        throw error;
      }
    };
    const build = async (millis: number): Promise<Proved | undefined> => {
      try {
        return await patient.ask<Proved>({ ...question, millis });
      } catch (error) {
        if (millis === FIRST && isTooEarly(error)) return undefined;
        throw error;
      }
    };
    const work = async () => {
      for (const millis of [FIRST, seconds * 1000]) {
        const answer = await build(millis);
        if (!answer) continue;
        if (!isWanted) return;
        const isLast = stoppedBy(answer) !== "time" || millis !== FIRST;
        setProgress({ answer, question, engine: patient, stage: isLast ? "rest" : "narrowing" });
        const kinds = kindsFor(answer);
        let found: Drawn[] = [];
        for (const kind of isLast ? kinds : kinds.slice(0, 1)) {
          found = [...found, ...await picture(kind)];
          if (!isWanted) return;
          setDrawn(found);
        }
        if (isLast) return;
      }
    };
    const timer = setTimeout(() => {
      setProgress((before) => (before.failure ? { stage: "first" } : { ...before, stage: "first" }));
      work().catch((error) => {
        const failure = failureOf(error);
        if (!failure || !isWanted) return;
        setProgress({ failure, stage: "rest" });
        setDrawn([]);
      });
    }, REST);
    return () => {
      isWanted = false;
      clearTimeout(timer);
      patient.stop();
    };
  }, [text, seconds]);
  return { progress, drawn };
}

function View({ state, set }: { state: Spec; set(changes: Partial<Spec>): void }) {
  const { text } = state;
  const seconds = Math.max(1, Math.min(Math.round(state.seconds), LONGER));
  const { progress, drawn } = useSpec(text, seconds);
  const { answer, failure, stage } = progress;
  const wrong = failure?.field === "spec" ? failure : undefined;
  const stopped = stage === "rest" && answer ? stoppedBy(answer) : undefined;
  const [main, ...more] = drawn;
  const isStale = stage === "first";
  return (
    <Layout
      lead={<p>
        A spec says what to build and what to prove. Change it, and see. The program <code>steeple build</code> reads
        the same text, and writes the same network and the same certificate.
      </p>}
      controls={<Area label="Spec" value={text} failure={wrong} span={wrong?.span} rows={16} onChange={(value) => set({ text: value })} />}
      figure={wrong
        ? <div class="figure failed"><p>Nothing is built: the spec has a mistake. It is shown under the text.</p></div>
        : <Figure name={answer ? NORMS[normOf(answer.report)] : "Error"} progress={progress} question={text}>
          {answer && <Claim answer={answer} />}
          {stopped === "time" && <p>
            The search stopped after {short(seconds)} seconds.{" "}
            {seconds < LONGER
              ? <button type="button" onClick={() => set({ seconds: LONGER })}>Search up to {LONGER / 60} minutes</button>
              : <><code>steeple build</code> has no such limit.</>}
          </p>}
          {stopped === "memory" && <p>The search stopped at the memory of a page. <code>steeple build</code> can use more.</p>}
        </Figure>}
      picture={<>
        {!failure && <>
          <Picture svg={main?.svg} isStale={isStale} />
          <Files progress={progress} {...(main && { kind: main.kind })} />
        </>}
        {more.length > 0 && <div class="pair">
          {more.map(({ kind, svg }) => (
            <section key={kind} aria-label={KINDS[kind]}>
              <Picture svg={svg} isStale={isStale} />
            </section>
          ))}
        </div>}
      </>}
    />
  );
}

/** What is claimed, as the program says it; the rest of its words on demand. */
function Claim({ answer: { text, a_priori, notes } }: { answer: Proved }) {
  const [claim = "", ...more] = text.split("\n");
  const lines = [
    ...more.map((line) => line.trim()).filter((line) => line),
    ...(a_priori ? [`a theorem says in advance: at most ${a_priori.upper} (${a_priori.theorem})`] : []),
    ...notes ?? [],
  ];
  return (
    <>
      <p class="evidence"><Sentence text={sentence(claim)} /></p>
      {lines.length > 0 && <details>
        <summary>More</summary>
        <ul>{lines.map((line) => <li key={line}><Sentence text={sentence(line)} /></li>)}</ul>
      </details>}
    </>
  );
}

export const spec: Section<Spec> = { id: "spec", name: "A spec", title: "What does a spec build?", start, View };
