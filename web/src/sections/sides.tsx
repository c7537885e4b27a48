// How many sides make a circle?

import type { Section } from "../state/section.ts";

const start = {};

export const sides: Section<typeof start> = { id: "sides", name: "n sides", title: "How many sides make a circle?", start, View: () => null };
