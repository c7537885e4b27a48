// All sections, one at a time; the address says which, and in which state.

import { useEffect, useRef, useState } from "preact/hooks";
import { PredictFirst } from "./parts/figure.tsx";
import { Tick } from "./parts/controls.tsx";
import { parse, read, write, type State } from "./state/link.ts";
import { given } from "./state/given.ts";
import { SECTIONS } from "./sections/all.ts";

/** The fragment that the page shows now. */
function present(): string {
  return location.hash.length > 1 ? location.hash : given.link ?? "";
}

export function Page() {
  const [link, setLink] = useState(() => parse(present()));
  const shown = SECTIONS.find(({ id }) => id === link.section) ?? SECTIONS[0]!;
  const [state, setState] = useState<State>(() => read(shown.start, link.values));
  const [predict, setPredict] = useState(false);

  // The address follows the state, and the state follows the address.
  const seen = useRef(location.hash);
  useEffect(() => {
    const timer = setTimeout(() => {
      // Another address is on its way: the event has not come yet.
      if (location.hash !== seen.current) return;
      history.replaceState(null, "", write(shown.id, shown.start, state, link.isEmbedded));
      seen.current = location.hash;
    }, 200);
    return () => clearTimeout(timer);
  }, [shown, state, link.isEmbedded]);
  useEffect(() => {
    const moved = () => {
      seen.current = location.hash;
      const now = parse(present());
      const section = SECTIONS.find(({ id }) => id === now.section) ?? SECTIONS[0]!;
      setLink(now);
      setState(read(section.start, now.values));
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    document.title = `${shown.name} - Steeple`;
  }, [shown]);

  const View = shown.View;
  const set = (changes: Partial<State>) => setState((before) => ({ ...before, ...changes }) as State);
  const body = (
    <PredictFirst.Provider value={predict}>
      {/* Each section begins anew: nothing of another one's stays. */}
      <View key={`${shown.id} ${link.section}`} state={state} set={set} />
    </PredictFirst.Provider>
  );
  if (link.isEmbedded) {
    return (
      <main class="embedded">
        <h1>{shown.title}</h1>
        {body}
      </main>
    );
  }
  return (
    <>
      <header>
        <a class="skip" href="#main" onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}>Skip to the section</a>
        <p class="brand">Steeple <small>networks by formula, with proofs</small></p>
        <nav aria-label="Sections">
          <ol>
            {SECTIONS.map(({ id, name }) => (
              <li key={id}><a href={`#${id}`} aria-current={id === shown.id ? "page" : undefined}>{name}</a></li>
            ))}
          </ol>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <div class="heading">
          <h1>{shown.title}</h1>
          <Tick label="Predict, then reveal" value={predict} onChange={setPredict} />
        </div>
        {body}
        <Share name={shown.title} fragment={write(shown.id, shown.start, state)} embedded={write(shown.id, shown.start, state, true)} />
      </main>
      <footer>
        <p>
          Every figure called certified was accepted by Steeple's exact checker, in this page. It is about the exact numbers of
          the network and real arithmetic, unless it says otherwise. Pictures are sampled where they say so.
        </p>
      </footer>
    </>
  );
}

/** The link of this state, and a frame for another page. */
function Share({ name, fragment, embedded }: { name: string; fragment: string; embedded: string }) {
  const [copied, setCopied] = useState("");
  const base = location.href.split("#")[0];
  const copy = (what: string, text: string) => () => {
    navigator.clipboard.writeText(text).then(() => setCopied(what), () => prompt(`Copy the ${what}:`, text));
  };
  const quoted = (text: string) => text.replaceAll("&", "&amp;").replaceAll("\"", "&quot;");
  const frame = `<iframe title="${quoted(name)}" src="${quoted(`${base}${embedded}`)}" width="100%" height="720"></iframe>`;
  return (
    <div class="share">
      <button type="button" onClick={copy("link", `${base}${fragment}`)}>Copy link</button>
      <button type="button" onClick={copy("frame", frame)}>Copy frame for a page</button>
      <span role="status">{copied && `The ${copied} is copied.`}</span>
    </div>
  );
}
