// What does your own network do?

import type { Section } from "../state/section.ts";

const start = {};

export const file: Section<typeof start> = { id: "file", name: "Your network", title: "What does your own network do?", start, View: () => null };
