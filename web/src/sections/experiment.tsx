// What does training find?

import type { Section } from "../state/section.ts";

const start = {};

export const experiment: Section<typeof start> = { id: "experiment", name: "The experiment", title: "What does training find?", start, View: () => null };
