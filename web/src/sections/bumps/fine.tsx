// The fine picture of a surface, which takes its time, and the place that it keeps while a coarse one is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import { Picture } from "../../parts/picture.tsx";
import { patient } from "../../engine/load.ts";
import type { Progress } from "../../engine/proof.ts";
import type { Kind, Proved } from "../../engine/protocol.ts";

/** Milliseconds without a change before the fine picture is drawn. */
const REST = 250;
/** Milliseconds to prove again what the other engine keeps. */
const AGAIN = 60;

/** The fine picture of what was proved, once nothing changes any more; `undefined` until then. */
export function useFine({ answer, question, engine, stage, failure }: Progress, kind: Kind): string | undefined {
  const [drawn, setDrawn] = useState<{ answer: Proved; kind: Kind; svg: string }>();
  const isAtRest = stage === "rest" && !failure;
  useEffect(() => {
    if (!answer || !question || !isAtRest) return undefined;
    let isWanted = true;
    const draw = async () => {
      let svg: string | undefined;
      if (engine === patient) {
        ({ svg } = await patient.ask<{ svg: string }>({ do: "draw", name: question.name, kind }));
      } else {
        // The quick engine is kept free for the next change.
        const again = await patient.ask<Proved>({ ...question, millis: AGAIN, pictures: [kind] });
        svg = again.pictures[kind];
      }
      if (isWanted && svg) setDrawn({ answer, kind, svg });
    };
    const timer = setTimeout(() => {
      draw().catch(() => {
        // Given up for a newer question; or a kind of picture that this network does not have.
      });
    }, REST);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [answer, kind, isAtRest]);
  return drawn && drawn.answer === answer && drawn.kind === kind && stage !== "first" ? drawn.svg : undefined;
}

/** A picture that keeps the height of the last fine one, so that nothing below it moves while something is dragged. */
export function Held({ svg, isFine, isStale }: { svg: string | undefined; isFine: boolean; isStale: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const shown = place.current?.firstElementChild;
    if (isFine && shown) setHeight(shown.clientHeight);
  }, [svg, isFine]);
  return (
    <div ref={place} class="held" style={{ minHeight: isFine ? 0 : height }}>
      <Picture svg={svg} isStale={isStale} />
    </div>
  );
}
