import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromWorker, ToWorker } from "../src/engine/worker.ts";

// The worker's own world: it sends by `postMessage` and is sent to by events.
const sent: FromWorker[] = [];
let waiting: (() => void) | undefined;
let receive: (event: { data: ToWorker }) => void = () => {};
Object.assign(globalThis, {
  postMessage: (message: FromWorker) => {
    sent.push(message);
    waiting?.();
  },
  addEventListener: (_: string, listener: typeof receive) => {
    receive = listener;
  },
});
await import("../src/engine/worker.ts");

/** Sends a message and returns what the worker sends next. */
async function reply(data: ToWorker): Promise<FromWorker> {
  sent.length = 0;
  receive({ data });
  if (sent.length === 0) await new Promise<void>((resolve) => (waiting = resolve));
  waiting = undefined;
  return sent[0]!;
}

/** A module with the functions of Steeple's, whose `ask` has this body. */
function module(ask: number[]): ArrayBuffer {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const part = (id: number, ...content: number[]) => [id, content.length, ...content];
  const body = (...code: number[]) => [code.length + 2, 0, ...code, 0x0b];
  const I32 = 0x7f;
  const I64 = 0x7e;
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...part(1, 3, 0x60, 0, 0, 0x60, 1, I32, 1, I32, 0x60, 0, 1, I64),
    ...part(3, 3, 0, 1, 2),
    ...part(5, 1, 0, 1),
    ...part(7, 4, ...name("memory"), 2, 0, ...name("begin"), 0, 0, ...name("room"), 0, 1, ...name("ask"), 0, 2),
    // `room` is at 16.
    ...part(10, 3, ...body(), ...body(0x41, 16), ...body(...ask)),
  ]).buffer;
}

test("a question that comes before the module fails and says why", async () => {
  const message = await reply({ id: 1, question: "{}" });
  assert.deepEqual(message, { id: 1, ended: "Error: the module has not been loaded" });
});

test("what is no module is told", async () => {
  const message = await reply({ module: new Uint8Array([1, 2, 3]).buffer });
  assert.ok("ended" in message && message.id === 0 && /WebAssembly/.test(message.ended), JSON.stringify(message));
});

test("a question goes in and the answer comes out as they are, as UTF-8", async () => {
  const question = "{\"ä\":\"≤\"}";
  const length = new TextEncoder().encode(question).length;
  assert.equal(length, 12);
  // `ask` returns the place and the length of the question itself: 16 in the upper half, 12 in the lower.
  const leb = (value: bigint): number[] => {
    const [low, rest] = [Number(value & 0x7fn), value >> 7n];
    return rest === 0n && low < 0x40 ? [low] : [low | 0x80, ...leb(rest)];
  };
  assert.deepEqual(await reply({ module: module([0x42, ...leb(16n << 32n | BigInt(length))]) }), { ready: true });
  assert.deepEqual(await reply({ id: 2, question }), { id: 2, answer: question });
});

test("a module that stops inside ends the worker's answers, and says for which question", async () => {
  assert.deepEqual(await reply({ module: module([0x00]) }), { ready: true });
  const message = await reply({ id: 7, question: "{}" });
  assert.ok("ended" in message && message.id === 7 && /unreachable/.test(message.ended), JSON.stringify(message));
});
