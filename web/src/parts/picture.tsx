// Steeple's own pictures, as they come.

import { useContext } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { PredictFirst } from "./figure.tsx";

/** An SVG document of Steeple; it has its own title and description. */
export function Picture({ svg, isStale = false, children }: { svg: string | undefined; isStale?: boolean; children?: ComponentChildren }) {
  const predict = useContext(PredictFirst);
  if (!svg) return <div class="picture empty">{children}</div>;
  const shown = predict ? untold(svg) : svg;
  return <div class={isStale ? "picture stale" : "picture"} dangerouslySetInnerHTML={{ __html: shown }} />;
}

/** A picture whose title and description do not tell the figure: browsers show a title under the pointer. */
export function untold(svg: string): string {
  return svg
    .replace(/<title>[^]*?<\/title>/, "<title>The network beside its target</title>")
    .replace(/<desc>[^]*?<\/desc>/, "<desc>Guess the figure; then its bounds are told beside the picture.</desc>");
}
