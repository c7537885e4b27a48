// What do layers do to the plane?

import type { Section } from "../state/section.ts";

const start = {};

export const bend: Section<typeof start> = { id: "bend", name: "Bending", title: "What do layers do to the plane?", start, View: () => null };
