// Steeple's own pictures, as they come.

import type { ComponentChildren } from "preact";

/** An SVG document of Steeple; it has its own title and description. */
export function Picture({ svg, isStale = false, children }: { svg: string | undefined; isStale?: boolean; children?: ComponentChildren }) {
  if (!svg) return <div class="picture empty">{children}</div>;
  return <div class={isStale ? "picture stale" : "picture"} dangerouslySetInnerHTML={{ __html: svg }} />;
}
