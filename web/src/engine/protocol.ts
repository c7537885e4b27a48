// Questions to Steeple and its answers: JSON, as the package `steeple-web` reads and writes it.

/** What went wrong: one message, what to do about it, and the place in the text that was sent. */
export interface Failure {
  message: string;
  hint?: string;
  /** Which text: the spec, the target, the domain, the network, the points. */
  field?: "spec" | "target" | "domain" | "network" | "points";
  /** The first byte in it, and the one after the last. */
  span?: [number, number];
}

/** A failure as an exception. */
export class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export type Kind = "curve" | "surface" | "error" | "halfplanes" | "partition" | "diagram" | "ridges";

/** A kind, or half-planes on a coarse grid, which are drawn as fast as a slider moves. */
export type Drawn = Kind | "draft";

/** When to stop, and what to draw. */
export interface Effort {
  millis?: number;
  boxes?: number;
  pictures?: Drawn[];
}

/** Builds what a spec says, proves and checks it. */
export interface Build extends Effort {
  do: "build";
  name: string;
  spec: string;
}

/** Proves how far a network is from a target. */
export interface Verify extends Effort {
  do: "verify";
  name: string;
  /** The text of a network file; without it, the one opened under this name. */
  network?: string;
  /** A network file of any kind, instead. */
  base64?: string;
  /** Of its hidden layers, if the file does not say. */
  activation?: string;
  target: string;
  domain: string;
  norm?: "sup" | "l1" | "l2" | "area";
  tolerance?: string;
  gap?: string;
  threshold?: string;
}

/** What can be asked for a certified figure. */
export type Proof = Build | Verify;

/** What was certified. */
export interface Enclosure {
  /** In few digits, rounded down. */
  lower: string;
  /** In few digits, rounded up; `null` if the search ended before it had a bound. */
  upper: string | null;
  is_exact: boolean;
  /** About these, for the page's own pictures; no bounds. */
  near: [number, number | null];
  /** The relative width. */
  width: number | null;
  verdict: "proved" | "refuted" | "enclosed" | "undecided";
}

export interface NetworkFacts {
  inputs: string[];
  outputs: string[];
  layers: { units: number; activation: string }[];
  units: number;
  parameters: number;
  nonzero_parameters: number;
  /** The largest absolute value of a weight. */
  largest_weight: string;
}

/** The answer to a build or a verification. */
export interface Proved {
  network: NetworkFacts;
  /** The verdict in words, as the program prints it. */
  text: string;
  enclosure: Enclosure;
  /** The object that `steeple verify --format json` prints. */
  report: Record<string, unknown>;
  /** The bound by theorem, if there is one. */
  a_priori?: { upper: string; theorem: string };
  notes?: string[];
  pictures: Partial<Record<Drawn, string>>;
}

export type Which = "spec" | "network" | "onnx" | "certificate" | "report";
