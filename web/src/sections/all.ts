// The sections, in the order of the page.

import { section, type Section } from "../state/section.ts";
import { bend } from "./bend.tsx";
import { bumps } from "./bumps.tsx";
import { depth } from "./depth.tsx";
import { experiment } from "./experiment.tsx";
import { file } from "./file/file.tsx";
import { passes } from "./passes/passes.tsx";
import { sides } from "./sides.tsx";
import { spec } from "./spec.tsx";
import { steps } from "./steps.tsx";
import { unit } from "./unit.tsx";

export const SECTIONS: Section[] = [
  section(unit),
  section(steps),
  section(bumps),
  section(sides),
  section(experiment),
  section(depth),
  section(bend),
  section(passes),
  section(file),
  section(spec),
];
