// How many regions can a network have?

import type { Section } from "../state/section.ts";

const start = {};

export const depth: Section<typeof start> = { id: "depth", name: "Depth", title: "How many regions can a network have?", start, View: () => null };
