// Bumps, towers, and one layer instead of two

import type { Section } from "../state/section.ts";

const start = {};

export const bumps: Section<typeof start> = { id: "bumps", name: "Bumps and towers", title: "Bumps, towers, and one layer instead of two", start, View: () => null };
