// The worker: Steeple's WebAssembly module, one question at a time.

interface Exports {
  memory: WebAssembly.Memory;
  begin(): void;
  room(length: number): number;
  ask(): bigint;
}

/** To the worker: the module, then questions. */
export type ToWorker = { module: WebAssembly.Module | ArrayBuffer } | { id: number; question: string };
/** From the worker. After `ended`, it answers no more. */
export type FromWorker =
  | { ready: true }
  | { id: number; answer: string }
  | { id: number; told: string }
  | { id: number; ended: string };

let steeple: Exports | undefined;
let current = 0;
let panic = "";
const send = (message: FromWorker) => postMessage(message);

/** The text at a place of the module's memory. */
function text(start: number, length: number): string {
  if (!steeple) return "";
  return new TextDecoder().decode(new Uint8Array(steeple.memory.buffer, start >>> 0, length));
}

const page = {
  now: () => performance.now(),
  tell: (start: number, length: number) => send({ id: current, told: text(start, length) }),
  panicked: (start: number, length: number) => {
    panic = text(start, length);
  },
};

async function begin(given: WebAssembly.Module | ArrayBuffer) {
  const module = given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given);
  const instance = await WebAssembly.instantiate(module, { page });
  steeple = instance.exports as unknown as Exports;
  steeple.begin();
  send({ ready: true });
}

function ask(question: string): string {
  if (!steeple) throw new Error("the module has not been loaded");
  const bytes = new TextEncoder().encode(question);
  const room = steeple.room(bytes.length);
  new Uint8Array(steeple.memory.buffer, room >>> 0, bytes.length).set(bytes);
  const place = steeple.ask();
  return text(Number(place >> 32n), Number(place & 0xffffffffn));
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if ("module" in data) {
    begin(data.module).catch((error) => send({ id: 0, ended: String(error) }));
    return;
  }
  current = data.id;
  try {
    send({ id: data.id, answer: ask(data.question) });
  } catch (error) {
    send({ id: data.id, ended: panic || String(error) });
  }
});
