// Regular polygons beside a disk of radius 1: formulas, without a proof.

/** How far the sides are from the centre: corners on the circle, sides on the circle, the best place, or by hand. */
export type Fit = "inscribed" | "circumscribed" | "balanced" | "hand";

/** The distance of the sides from the centre. */
export function apothem(sides: number, fit: Fit, size: number): number {
  const angle = Math.PI / sides;
  switch (fit) {
    case "inscribed": return Math.cos(angle);
    case "circumscribed": return 1;
    case "balanced": return 1 / Math.sqrt(1 + Math.tan(angle) ** 2 / 4);
    case "hand": return size;
  }
}

/** The area on which a regular polygon and the disk of radius 1 differ (theorem T25). */
export function wrongArea(sides: number, apothem: number): number {
  const angle = Math.PI / sides;
  const polygon = sides * apothem ** 2 * Math.tan(angle);
  if (apothem >= 1) return polygon - Math.PI;
  if (apothem <= Math.cos(angle)) return Math.PI - polygon;
  const chords = 2 * sides * apothem * Math.sqrt(1 - apothem ** 2);
  return polygon - Math.PI - chords + 2 * sides * Math.acos(apothem);
}

/** What the area comes to for many sides, times n². */
export function limit(fit: Fit): number | undefined {
  switch (fit) {
    case "inscribed": return 2 * Math.PI ** 3 / 3;
    case "circumscribed": return Math.PI ** 3 / 3;
    case "balanced": return Math.PI ** 3 / 4;
    case "hand": return undefined;
  }
}

/** The fewest sides with which the best polygon is wrong on at most so much area. */
export function sidesFor(area: number): number {
  const best = (sides: number) => wrongArea(sides, apothem(sides, "balanced", 1));
  let sides = Math.max(Math.floor(Math.sqrt((limit("balanced") ?? 0) / area)) - 2, 3);
  while (sides > 3 && best(sides - 1) <= area) sides -= 1;
  while (best(sides) > area) sides += 1;
  return sides;
}

/** A point of the plane. */
export type Point = readonly [number, number];

/** The corners of a regular polygon; the first one at so many degrees. */
export function corners(sides: number, apothem: number, turn: number): Point[] {
  const radius = apothem / Math.cos(Math.PI / sides);
  return Array.from({ length: sides }, (_, k) => {
    const angle = turn * Math.PI / 180 + 2 * Math.PI * k / sides;
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
}

/**
 * The edge of the decision of smooth units, as points: where the sum of σ(w (p − u·x)) is n − 1/2.
 * Nothing where the sum is too low everywhere.
 */
export function smoothEdge(sides: number, apothem: number, turn: number, steepness: number, count = 360): Point[] {
  const normals = Array.from({ length: sides }, (_, k) => {
    const angle = turn * Math.PI / 180 + 2 * Math.PI * (k + 0.5) / sides;
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
  const missing = (x: number, y: number) => normals.reduce((sum, [a, b]) => (
    sum + 1 / (1 + Math.exp(steepness * (apothem - a * x - b * y)))
  ), 0) - 0.5;
  if (missing(0, 0) > 0) return [];
  return Array.from({ length: count }, (_, k) => {
    const angle = turn * Math.PI / 180 + 2 * Math.PI * k / count;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    let [inside, outside] = [0, apothem / Math.cos(Math.PI / sides)];
    for (let step = 0; step < 30; step += 1) {
      const middle = (inside + outside) / 2;
      if (missing(middle * x, middle * y) > 0) outside = middle;
      else inside = middle;
    }
    return [inside * x, inside * y] as const;
  });
}
