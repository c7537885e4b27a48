// Steeple for the page: questions as promises. A worker that ends is replaced.

import { Failed, type Failure } from "./protocol.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

/** As much of a worker as an engine needs. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting {
  id: number;
  question: string;
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
  told: ((message: unknown) => void) | undefined;
}

/** The question was given up, since its answer is no longer wanted. */
export class GivenUp extends Error {}

/** One worker with Steeple in it. Questions wait in a queue. */
export class Engine {
  private worker: WorkerLike | undefined;
  private readonly queue: Waiting[] = [];
  private current: Waiting | undefined;
  private count = 0;

  /** `start` makes a worker that has got its module. */
  constructor(private readonly start: () => WorkerLike) {}

  /** Is a question being answered, or waiting? */
  get isBusy(): boolean {
    return this.current !== undefined || this.queue.length > 0;
  }

  /** Asks; the promise fails with `Failed` if there is no answer, and with `GivenUp` after `stop`. */
  ask<T>(question: object, told?: (message: unknown) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.count += 1;
      this.queue.push({
        id: this.count, question: JSON.stringify(question), resolve: resolve as (answer: unknown) => void, reject, told,
      });
      this.next();
    });
  }

  /** Gives up all questions. The worker is ended if it is busy; what it kept is lost then. */
  stop() {
    const left = [...(this.current ? [this.current] : []), ...this.queue.splice(0)];
    if (this.current) this.end();
    for (const waiting of left) waiting.reject(new GivenUp());
  }

  private end() {
    this.worker?.terminate();
    this.worker = undefined;
    this.current = undefined;
  }

  private next() {
    if (this.current) return;
    this.current = this.queue.shift();
    if (!this.current) return;
    if (!this.worker) {
      const worker = this.start();
      // An ended worker may still have messages on their way.
      worker.onmessage = ({ data }) => this.worker === worker && this.receive(data);
      worker.onerror = (event) => this.worker === worker && this.fail(event.message || "the worker could not be started");
      this.worker = worker;
    }
    this.worker.postMessage({ id: this.current.id, question: this.current.question });
  }

  private receive(message: FromWorker) {
    if ("ready" in message) return;
    if ("ended" in message) {
      this.fail(message.ended);
      return;
    }
    const waiting = this.current;
    if (!waiting || message.id !== waiting.id) return;
    if ("told" in message) {
      waiting.told?.(JSON.parse(message.told));
      return;
    }
    this.current = undefined;
    const answer = JSON.parse(message.answer) as { ok: unknown } | { error: Failure };
    if ("error" in answer) waiting.reject(new Failed(answer.error));
    else waiting.resolve(answer.ok);
    this.next();
  }

  /** The worker ended by itself: a fault of ours, or too little memory. The question is not asked again. */
  private fail(reason: string) {
    const waiting = this.current;
    this.end();
    const memory = /memory|unreachable|allocat/i.test(reason) && !/panicked/.test(reason);
    waiting?.reject(new Failed({
      message: memory ? "This takes more memory than a page has." : `Steeple stopped inside: ${reason}`,
      hint: memory ? "The program `steeple` has no such limit." : "It was started again. Please report what you did.",
    }));
    this.next();
  }
}
