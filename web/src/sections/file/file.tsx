// What does your own network do? A file, explained, and proved against a target.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Choice, Field, Words, sentence } from "../../parts/controls.tsx";
import { Figure } from "../../parts/figure.tsx";
import { Files } from "../../parts/files.tsx";
import { Layout } from "../../parts/layout.tsx";
import { Picture } from "../../parts/picture.tsx";
import { patient } from "../../engine/load.ts";
import { failureOf, useProof, type Progress } from "../../engine/proof.ts";
import type { Failure, Kind, NetworkFacts, Verify } from "../../engine/protocol.ts";
import { given } from "../../state/given.ts";
import type { Section } from "../../state/section.ts";
import { EXAMPLES } from "./examples.ts";
import { Report, type Explained } from "./report.tsx";

const start = { example: given.network ? "" : "bowl", domain: "", target: given.network ? "" : "x^2 + y^2", activation: "", seconds: 10 };
type File_ = typeof start;

/** The largest file, in bytes. */
const LARGEST = 32 * 2 ** 20;
/** The seconds of a longer explanation. */
const LONGER = 120;
/** Milliseconds without a change before an explanation begins. */
const REST = 250;

/** A network file. */
interface Chosen {
  name: string;
  base64: string;
}

/** The answer to the question `open`. */
interface Opened {
  network: NetworkFacts;
  notes: string[];
  too_large: Failure | null;
}

/** A text as base64. */
function base64Of(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** What the page begins with: the program's network, or the example of the link. */
function first(example: string): Chosen | undefined {
  const found = EXAMPLES.find(({ id }) => id === example);
  if (found) return { name: found.id, base64: base64Of(found.text) };
  return given.network;
}

/** Reads a file of the user. */
function readFile(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("the file could not be read"));
    reader.readAsDataURL(file);
  });
}

/** A box that has a side from -1 to 1 for each input. */
export function boxFor(inputs: string[]): string {
  return inputs.map((name) => `${name}=-1..1`).join(", ");
}

/** The name of a file without its ending. */
const stem = (name: string) => name.replace(/\.[a-z0-9]+(\.gz)?$/i, "") || name;

const ACTIVATIONS = [["relu", "relu"], ["sigmoid", "sigmoid"], ["tanh", "tanh"]] as const;
/** A larger file is opened, and not asked about again and again. */
const LARGEST_ASKED = 8 * 2 ** 20;

/** The opened file, or why it is none. */
function useOpened(chosen: Chosen | undefined, activation: string): { opened?: Opened; failure?: Failure } {
  const [found, setFound] = useState<{ of?: Chosen; activation?: string; opened?: Opened; failure?: Failure }>({});
  useEffect(() => {
    if (!chosen) return undefined;
    let isWanted = true;
    const open = () => {
      if (!isWanted) return;
      patient.ask<Opened>({ do: "open", name: "opened", base64: chosen.base64, ...(activation && { activation }) }).then(
        (opened) => isWanted && setFound({ of: chosen, activation, opened }),
        (error) => {
          const failure = failureOf(error);
          if (!failure) setTimeout(open);
          else if (isWanted) setFound({ of: chosen, activation, failure });
        },
      );
    };
    // After everything else about the last file was stopped.
    const timer = setTimeout(open);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [chosen, activation]);
  const { of, activation: by, ...rest } = found;
  return of === chosen && by === activation ? rest : {};
}

interface Explaining {
  /** It stays while the next one is made. */
  found?: Explained;
  failure?: Failure;
  /** Is the present question not answered yet? */
  isWorking: boolean;
  /** For so many seconds. */
  seconds: number;
}

/** Explains when `question` rests; `undefined` while there is nothing to explain. */
function useExplained(question: object | undefined): Explaining {
  const [state, setState] = useState<{ of: string; found?: Explained; failure?: Failure }>({ of: "" });
  const [told, setTold] = useState<{ of: string; seconds: number }>({ of: "", seconds: 0 });
  const key = question ? JSON.stringify(question) : "";
  useEffect(() => {
    if (!question) return undefined;
    let isWanted = true;
    let isAsked = false;
    const timer = setTimeout(() => {
      isAsked = true;
      const tell = (message: unknown) => isWanted && setTold({ of: key, seconds: Math.floor((message as { seconds: number }).seconds) });
      patient.ask<Explained>(question, tell).then((found) => {
        isAsked = false;
        if (isWanted) setState({ of: key, found });
      }, (error) => {
        isAsked = false;
        const failure = failureOf(error);
        if (isWanted && failure) setState({ of: key, failure });
      });
    }, REST);
    return () => {
      isWanted = false;
      clearTimeout(timer);
      if (isAsked) patient.stop();
    };
  }, [key]);
  const { of, found, failure } = state;
  const isWorking = key !== "" && of !== key;
  return { isWorking, seconds: told.of === key ? told.seconds : 0, ...(found && { found }), ...(failure && !isWorking && { failure }) };
}

function View({ state, set }: { state: File_; set(changes: Partial<File_>): void }) {
  const [chosen, setChosen] = useState<Chosen | undefined>(() => first(state.example));
  const [unread, setUnread] = useState<Failure>();
  const { opened, failure: unopened } = useOpened(chosen, state.activation);
  const example = EXAMPLES.find(({ id }) => id === state.example);
  const inputs = opened?.network.inputs ?? [];
  // What the link or the user says, and else a box that fits.
  const domain = state.domain || example?.domain || boxFor(inputs);
  const target = state.target;

  const { activation } = state;
  const limit = Math.max(1, Math.min(Math.round(state.seconds), LONGER));
  const tooLarge = opened?.too_large ?? (opened && chosen && chosen.base64.length > LARGEST_ASKED * 4 / 3 ? {
    message: `a page explains files of up to ${LARGEST_ASKED / 2 ** 20} MB`,
    hint: "`steeple explain FILE --domain SIDES` and `steeple verify FILE --target FORMULA --domain SIDES` have no such limit",
  } : undefined);
  const isFit = chosen && opened && !tooLarge;
  const wantsProof = isFit && target.trim() !== "";
  const question = useMemo<Verify | undefined>(() => (wantsProof && chosen ? {
    do: "verify", name: "file", base64: chosen.base64, ...(activation && { activation }), target, domain, gap: "1/50",
  } : undefined), [wantsProof, chosen, activation, target, domain]);
  const kinds: Kind[] = inputs.length === 1 ? ["curve"] : inputs.length === 2 ? ["surface"] : [];
  const last = useProof(question, kinds);
  // What was proved of another network is not shown beside this one.
  const { answer: _, ...without } = last;
  const isOther = last.question?.do !== "verify" || last.question.base64 !== chosen?.base64
    || (last.question.activation ?? "") !== activation;
  const progress: Progress = isOther ? without : last;
  // A failure belongs to the present question, or there is none.
  const wrong = question ? progress.failure : undefined;
  const isProved = progress.stage === "rest" && progress.question === question;
  const isTargetUsed = wantsProof && isProved && !wrong;

  const explain = isFit && (!wantsProof || isTargetUsed || (wrong && progress.stage === "rest")) ? {
    do: "explain", title: stem(chosen.name), base64: chosen.base64, ...(activation && { activation }), domain, ...(isTargetUsed && { target }), millis: limit * 1000,
  } : undefined;
  const { found, failure: unexplained, isWorking, seconds } = useExplained(explain);
  const failures = [wrong, unexplained].filter((failure) => failure !== undefined);
  const at = (field: string) => failures.find((failure) => failure.field === field);
  const elsewhere = failures.filter(({ field }) => field !== "target" && field !== "domain")[0];

  const choose = (next: Chosen, changes: Partial<File_>) => {
    setUnread(undefined);
    setChosen(next);
    set(changes);
  };
  const read = async (file: globalThis.File | undefined) => {
    if (!file) return;
    if (file.size > LARGEST) {
      setUnread({
        message: `the file has ${Math.floor(file.size / 2 ** 20)} MB, and a page opens up to ${LARGEST / 2 ** 20} MB`,
        hint: "`steeple explain FILE --domain SIDES` opens files of any size",
      });
      return;
    }
    try {
      choose({ name: file.name, base64: await readFile(file) }, { example: "", domain: "", target: "", activation: "" });
    } catch (error) {
      setUnread({ message: String(error) });
    }
  };
  const failed = unread ?? unopened;
  const isProofDrawn = wantsProof && !wrong && kinds.length > 0;

  return <>
    <Layout
      lead={<p>
        Give the page a network, and it says what each unit does. Give it a target too, and it proves how wrong the network is.
        The file stays in this page: nothing is sent anywhere.
      </p>}
      controls={<>
        <Drop onFile={(file) => void read(file)} name={chosen && !example ? chosen.name : undefined} failure={failed} />
        {(activation || /no activations/.test(failed?.message ?? "")) && <Choice
          label="Activation of its hidden layers" value={activation} options={ACTIVATIONS} onChange={(chosen) => set({ activation: chosen })}
        />}
        <div class="control">
          <span>Or try one of these</span>
          <div class="buttons">
            {EXAMPLES.map(({ id, label, text, domain, target }) => (
              <button
                key={id} type="button" aria-pressed={state.example === id}
                onClick={() => choose({ name: id, base64: base64Of(text) }, { example: id, domain, target, activation: "" })}
              >{label}</button>
            ))}
          </div>
        </div>
        {opened && <Facts opened={opened} about={example?.about} />}
        {isFit && <>
          <Field label="Domain: a side for each input" value={domain} failure={at("domain")} onChange={(value) => set({ domain: value })} />
          <Field
            label="Target: what the network should compute" value={target} failure={at("target")} span={at("target")?.span}
            onChange={(value) => set({ target: value })}
          />
          {target.trim() === "" && <div>
            <p><small>Without a target nothing is proved about an error. For example x^2, or x^2 + y^2 {"<="} 1.</small></p>
            {example && <button type="button" onClick={() => set({ target: example.target })}>Use its target: {example.target}</button>}
          </div>}
        </>}
      </>}
      figure={<Result
        progress={progress} isAsked={wantsProof === true} isWrong={at("target") !== undefined || at("domain") !== undefined}
        failure={tooLarge ?? elsewhere} question={`${chosen?.name} ${target} ${domain}`}
      />}
      picture={<>
        {isProofDrawn && <>
          <Picture svg={progress.answer?.pictures[kinds[0]!]} isStale={!isProved} />
          <Files progress={progress} kind={kinds[0]!} />
        </>}
        {isFit && !isProofDrawn && found && <>
          <Picture svg={found.pictures[0]?.svg} isStale={isWorking} />
          {wantsProof && !wrong && <Files progress={progress} />}
        </>}
        <div role="status">
          {isFit && (isWorking || (wantsProof && !isProved && !wrong)) && <p class="busy">
            Working: asking what each unit does...
            {isWorking && seconds > 0 && <span aria-hidden="true"> {seconds} of {limit} s</span>}
          </p>}
          {found && !isWorking && !found.is_complete && isFit && <p>
            {found.report["stopped_by"] === "memory" ? "The memory of a page was not enough" : `The time limit of ${limit} seconds was reached`}:
            {" "}some bounds are wider than they could be, or missing.{" "}
            {limit < LONGER && found.report["stopped_by"] !== "memory"
              ? <button type="button" onClick={() => set({ seconds: LONGER })}>Take up to {LONGER / 60} minutes</button>
              : <>The program can take more: <code>steeple explain FILE</code>.</>}
          </p>}
        </div>
        {!isFit && <div class="picture empty"><p>{
          !chosen ? "A link holds the domain and the target, not the file. Choose the file, or try one of the networks."
            : failed ? "There is no network to show." : opened ? "This network is too large for the page." : "Opening..."
        }</p></div>}
      </>}
    />
    {isFit && found && <Report found={found} isStale={isWorking} without={isProofDrawn ? "network" : found.pictures[0]?.name ?? ""} />}
  </>;
}

/** The certified error, or why there is none. */
function Result({ progress, isAsked, isWrong, failure, question }: {
  progress: Progress; isAsked: boolean; isWrong: boolean; failure: Failure | undefined; question: string;
}) {
  if (failure) return <div class="figure failed" role="alert"><Words failure={failure} /></div>;
  if (isWrong) return <div class="figure failed"><p>Nothing is proved. The message is under the field.</p></div>;
  if (!isAsked) return null;
  const { report } = progress.answer ?? {};
  const isArea = (report?.["claim"] as { norm?: string } | undefined)?.norm === "area";
  return <Figure name={isArea ? "Misclassified area" : "Largest error"} progress={progress} question={question} />;
}

/** What a network has. */
function Facts({ opened: { network, notes }, about }: { opened: Opened; about: string | undefined }) {
  const { inputs, outputs, layers, units, parameters } = network;
  const list = (names: string[]) => (names.length > 6 ? `${names.slice(0, 5).join(", ")}, ...` : names.join(", "));
  return (
    <div class="facts">
      {about && <p>{about}</p>}
      <ul>
        <li>{inputs.length} {inputs.length === 1 ? "input" : "inputs"}: {list(inputs)}</li>
        <li>{units} hidden {units === 1 ? "unit" : "units"} in {layers.length - 1} {layers.length === 2 ? "layer" : "layers"}: {
          layers.slice(0, -1).slice(0, 6).map((layer) => `${layer.units} ${layer.activation}`).join(", ") || "none"
        }</li>
        <li>{outputs.length} {outputs.length === 1 ? "output" : "outputs"}, {parameters} weights and biases</li>
      </ul>
      {notes.map((note) => <p key={note}><small>{sentence(note)}</small></p>)}
    </div>
  );
}

/** A place for a file: to be dropped or chosen. */
function Drop({ onFile, name, failure }: { onFile(file: globalThis.File | undefined): void; name: string | undefined; failure: Failure | undefined }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // A file that is dropped beside the place must not replace the page.
  useEffect(() => {
    const stay = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", stay);
    addEventListener("drop", stay);
    return () => {
      removeEventListener("dragover", stay);
      removeEventListener("drop", stay);
    };
  }, []);
  return (
    <div
      class={isOver ? "drop over" : "drop"} onDragOver={() => setOver(true)} onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        onFile(event.dataTransfer?.files[0]);
      }}
    >
      <label>
        <span>Network file: choose one, or drop it here</span>
        <input
          ref={input} type="file" aria-invalid={failure ? true : undefined}
          onChange={(event) => {
            onFile(event.currentTarget.files?.[0]);
            // The same file may be chosen again after it was changed.
            event.currentTarget.value = "";
          }}
        />
      </label>
      <p><small>{name ? <>Shown: <b>{name}</b></> : "ONNX, safetensors, or Steeple's own JSON. The content decides, not the name."}</small></p>
      {failure && <div class="wrong" role="alert"><Words failure={failure} /></div>}
    </div>
  );
}

export const file: Section<File_> = { id: "file", name: "Your network", title: "What does your own network do?", start, View };
