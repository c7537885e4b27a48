// A section's parts: what it says, what can be moved, the figure, the picture.

import type { ComponentChildren } from "preact";

interface LayoutProps {
  /** What to look at, in a few sentences. */
  lead: ComponentChildren;
  controls: ComponentChildren;
  figure: ComponentChildren;
  picture: ComponentChildren;
  /** Why it is so; below the picture. */
  children?: ComponentChildren;
}

/** One section: controls and figure beside the picture, below each other on a phone. */
export function Layout({ lead, controls, figure, picture, children }: LayoutProps) {
  return (
    <>
      <div class="lead">{lead}</div>
      <div class="bench">
        <div class="side">
          <div class="controls">{controls}</div>
          {figure}
        </div>
        <div class="view">{picture}</div>
      </div>
      {children && <div class="why">{children}</div>}
    </>
  );
}
