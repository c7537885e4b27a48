// What a section is, and its state.

import type { ComponentType } from "preact";
import type { State } from "./link.ts";

/** The state of a section, and how to change some of it. */
export interface Props<S extends State> {
  state: S;
  set(changes: Partial<S>): void;
}

/** One section of the page. */
export interface Section<S extends State = State> {
  /** In links; never renamed. */
  id: string;
  /** In the list of sections: a few words. */
  name: string;
  /** The question that it answers. */
  title: string;
  /** What it begins with. */
  start: S;
  View: ComponentType<Props<S>>;
}

/** A section with its own kind of state, for the list of all. */
export function section<S extends State>(given: Section<S>): Section {
  return given as unknown as Section;
}

