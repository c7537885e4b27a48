// How does a network learn from one point?

import type { Section } from "../state/section.ts";

const start = {};

export const passes: Section<typeof start> = { id: "passes", name: "Forward, backward", title: "How does a network learn from one point?", start, View: () => null };
