// An answer that follows what the user does, for questions that are answered at once and not narrowed.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Engine } from "./client.ts";
import { quick } from "./load.ts";
import { failureOf, type Progress } from "./proof.ts";
import type { Failure } from "./protocol.ts";

/** The last answer to a question. */
export interface Answered<T> {
  /** It stays while the next one is made. */
  answer?: T;
  failure?: Failure;
  /** Is the present question not answered yet? */
  isStale: boolean;
}

/**
 * Asks a question whenever it changes. One is answered at a time, and of those that wait, only the last is asked.
 *
 * `question` is `undefined` while there is nothing to ask. What takes longer than `quick` allows goes to `patient`.
 */
export function useAnswer<T>(question: object | undefined, engine: Engine = quick): Answered<T> {
  const [answered, setAnswered] = useState<{ asked?: string; answer?: T; failure?: Failure }>({});
  const asking = useRef<{ wanted: string; isRunning: boolean; isThere: boolean }>({ wanted: "", isRunning: false, isThere: true });
  const using = useRef(engine);
  using.current = engine;
  const key = question ? JSON.stringify(question) : "";
  useEffect(() => {
    const state = asking.current;
    state.wanted = key;
    if (!key) return;
    if (state.isRunning) return;
    const run = async () => {
      state.isRunning = true;
      for (let asked = ""; state.isThere && state.wanted && asked !== state.wanted;) {
        asked = state.wanted;
        try {
          const answer = await using.current.ask<T>(JSON.parse(asked) as object);
          if (state.isThere && state.wanted) setAnswered({ asked, answer });
        } catch (error) {
          const failure = failureOf(error);
          if (failure && state.isThere && asked === state.wanted) setAnswered({ asked, failure });
        }
      }
      state.isRunning = false;
    };
    void run();
  }, [key]);
  useEffect(() => {
    asking.current.isThere = true;
    return () => {
      asking.current.isThere = false;
    };
  }, []);
  const { asked, ...last } = answered;
  return { ...last, isStale: asked !== key };
}

/** Asks about what a proof keeps, after each of its answers; the last answer stays while the next one is made. */
export function useKept<T>({ answer, question, engine }: Progress, asked: object | undefined): T | undefined {
  const [told, setTold] = useState<T>();
  const key = asked ? JSON.stringify(asked) : "";
  useEffect(() => {
    if (!answer || !question || !engine || !key) return undefined;
    let isWanted = true;
    engine.ask<T>({ ...JSON.parse(key) as object, name: question.name }).then((got) => {
      if (isWanted) setTold(got);
    }, () => {
      // It was given up, or a newer question has taken the place: there is no picture of this one.
    });
    return () => {
      isWanted = false;
    };
  }, [answer, key]);
  return told;
}
