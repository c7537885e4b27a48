// The module and the worker, which the bundle carries as texts.

import { Engine, type WorkerLike } from "./client.ts";
import type { ToWorker } from "./worker.ts";

/** The text of the script with this id. */
function carried(id: string): string {
  return document.getElementById(id)?.textContent?.trim() ?? "";
}

/** Unpacks bytes that were compressed with gzip and written in base64. */
export async function unpacked(base64: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Can this browser run the page? */
export function canRun(): boolean {
  return typeof WebAssembly === "object" && typeof Worker === "function" && typeof DecompressionStream === "function"
    && typeof BigInt === "function";
}

let loaded: Promise<WebAssembly.Module> | undefined;
let address: string | undefined;

/** Starts a worker; the module is compiled once for all. */
function startWorker(): WorkerLike {
  address ??= URL.createObjectURL(new Blob([carried("worker")], { type: "text/javascript" }));
  const worker = new Worker(address);
  loaded ??= unpacked(carried("module")).then((bytes) => WebAssembly.compile(bytes));
  // Questions wait until the module is there.
  const early: ToWorker[] = [];
  let isLoaded = false;
  const like: WorkerLike = {
    postMessage: (message) => (isLoaded ? worker.postMessage(message) : void early.push(message)),
    terminate: () => worker.terminate(),
    onmessage: null,
    onerror: null,
  };
  worker.onmessage = (event) => like.onmessage?.(event);
  worker.onerror = (event) => like.onerror?.(event);
  loaded.then((module) => {
    worker.postMessage({ module } satisfies ToWorker);
    isLoaded = true;
    for (const message of early) worker.postMessage(message);
  }, (error) => like.onerror?.(new ErrorEvent("error", { message: String(error) })));
  return like;
}

/** Answers at once: what it is asked takes a tenth of a second. It keeps what sections ask for by name. */
export const quick = new Engine(startWorker);
/** Takes its time, and is stopped when its answer is no longer wanted. */
export const patient = new Engine(startWorker);
/** Another worker, for what runs beside the figure of a section; it starts with its first question. */
export function another(): Engine {
  return new Engine(startWorker);
}
