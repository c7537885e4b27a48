// Questions about regions, and their answers.

/** Bounds of the literature; numbers of any size, as texts. */
export interface Bounds {
  zaslavsky: string | null;
  montufar_lower: string | null;
  montufar_upper: string | null;
  serra: string | null;
  hanin_rolnick: string | null;
}

/** Whose regions: of what a spec builds, or of a network file on a domain. */
export type Subject = { spec: string } | { network: string; domain: string };

export type AskRegions = Subject & {
  do: "regions";
  name: string;
  /** The layer and the number of a unit, from 0, to be marked. */
  unit?: [number, number];
  /** Should the picture keep the numbers to itself? */
  untold?: boolean;
  paper?: boolean;
};

export interface Counted {
  /** Linear regions; `null` if a theorem says that there are more than a page counts. */
  count: number | null;
  activation_regions: number | null;
  most_counted: number;
  widths: number[];
  bounds: Bounds;
  promise: { count: string; is_linear: boolean; theorem: string } | null;
  notes: string[];
}

export interface Drawn extends Counted {
  svg: string | null;
}

/** The smallest of the upper bounds, and whose it is. */
export function smallest(bounds: Bounds): { bound: string; source: string } | undefined {
  const known = ([
    [bounds.zaslavsky, "Zaslavsky 1975"], [bounds.montufar_upper, "Montúfar 2017"], [bounds.serra, "Serra et al. 2018"],
  ] as const).flatMap(([bound, source]) => (bound === null ? [] : [{ bound, source }]));
  return known.reduce<{ bound: string; source: string } | undefined>(
    (best, next) => (best && BigInt(best.bound) <= BigInt(next.bound) ? best : next), undefined,
  );
}

/** A whole number of any size, with commas. */
export function grouped(number: string | number): string {
  return BigInt(number).toLocaleString("en");
}
