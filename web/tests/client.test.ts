import assert from "node:assert/strict";
import { test } from "node:test";
import { Engine, GivenUp, type WorkerLike } from "../src/engine/client.ts";
import { Failed } from "../src/engine/protocol.ts";
import type { FromWorker, ToWorker } from "../src/engine/worker.ts";

/** A worker that keeps what it is sent, and sends what the test says. */
class Fake implements WorkerLike {
  static all: Fake[] = [];
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  asked: { id: number; question: string }[] = [];
  isEnded = false;
  constructor() {
    Fake.all.push(this);
  }
  postMessage(message: ToWorker) {
    if ("id" in message) this.asked.push(message);
  }
  terminate() {
    this.isEnded = true;
  }
  send(message: FromWorker) {
    this.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  }
  answer(answer: object) {
    this.send({ id: this.asked.at(-1)!.id, answer: JSON.stringify(answer) });
  }
}

function engine(): { engine: Engine; workers: Fake[] } {
  Fake.all = [];
  return { engine: new Engine(() => new Fake()), workers: Fake.all };
}

test("questions are answered in their order, one at a time", async () => {
  const { engine: steeple, workers } = engine();
  const [first, second] = [steeple.ask({ do: "first" }), steeple.ask({ do: "second" })];
  const [worker] = workers as [Fake];
  assert.deepEqual(worker.asked.map(({ question }) => question), ["{\"do\":\"first\"}"]);
  worker.answer({ ok: 1 });
  assert.equal(await first, 1);
  worker.answer({ ok: 2 });
  assert.equal(await second, 2);
  assert.equal(workers.length, 1);
  assert.equal(steeple.isBusy, false);
});

test("a failure is an exception with its place, and the worker goes on", async () => {
  const { engine: steeple, workers } = engine();
  const asked = steeple.ask({ do: "build" });
  workers[0]!.answer({ error: { message: "no formula", field: "spec", span: [3, 4] } });
  await assert.rejects(asked, (error) => error instanceof Failed && error.failure.span?.[0] === 3);
  const next = steeple.ask({ do: "build" });
  workers[0]!.answer({ ok: true });
  assert.equal(await next, true);
});

test("a worker that ends is replaced, and the next question is answered", async () => {
  const { engine: steeple, workers } = engine();
  const [asked, next] = [steeple.ask({ do: "build" }), steeple.ask({ do: "draw" })];
  workers[0]!.send({ id: 1, ended: "panicked at somewhere" });
  await assert.rejects(asked, (error) => error instanceof Failed && /panicked at somewhere/.test(error.failure.message));
  assert.equal(workers[0]!.isEnded, true);
  assert.equal(workers.length, 2);
  workers[1]!.answer({ ok: "drawn" });
  assert.equal(await next, "drawn");
});

test("a lack of memory is said as such", async () => {
  const { engine: steeple, workers } = engine();
  const asked = steeple.ask({ do: "build" });
  workers[0]!.send({ id: 1, ended: "RuntimeError: unreachable" });
  await assert.rejects(asked, (error) => error instanceof Failed && /more memory/.test(error.failure.message));
});

test("after stop, old answers are not taken for new ones", async () => {
  const { engine: steeple, workers } = engine();
  const old = steeple.ask({ do: "old" });
  steeple.stop();
  await assert.rejects(old, GivenUp);
  assert.equal(workers[0]!.isEnded, true);
  const asked = steeple.ask({ do: "new" });
  workers[0]!.answer({ ok: "old" });
  workers[1]!.answer({ ok: "new" });
  assert.equal(await asked, "new");
});

test("stop without a question leaves the worker and what it keeps", async () => {
  const { engine: steeple, workers } = engine();
  const asked = steeple.ask({ do: "build" });
  workers[0]!.answer({ ok: 1 });
  await asked;
  steeple.stop();
  assert.equal(workers[0]!.isEnded, false);
});

test("what is told on the way arrives before the answer", async () => {
  const { engine: steeple, workers } = engine();
  const told: unknown[] = [];
  const asked = steeple.ask({ do: "train" }, (message) => told.push(message));
  workers[0]!.send({ id: 1, told: "{\"step\":1}" });
  workers[0]!.answer({ ok: "trained" });
  assert.equal(await asked, "trained");
  assert.deepEqual(told, [{ step: 1 }]);
});
