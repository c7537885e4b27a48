// The page.

import { render } from "preact";
import { Page } from "./page.tsx";
import { canRun } from "./engine/load.ts";

const place = document.getElementById("page");
if (place) {
  place.replaceChildren();
  if (canRun()) {
    render(<Page />, place);
  } else {
    render(
      <main class="alone">
        <h1>Steeple</h1>
        <p>This browser has no WebAssembly, in which Steeple computes here. A browser from 2023 or later has it.</p>
        <p>The program <code>steeple</code> does the same on the command line, and the guide shows the pictures.</p>
      </main>,
      place,
    );
  }
}
