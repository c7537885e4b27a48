// How does a network learn from one point? Forward, backward, the check, and a step.

import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Choice, Slider, Words } from "../../parts/controls.tsx";
import { Figure, PredictFirst } from "../../parts/figure.tsx";
import { Files } from "../../parts/files.tsx";
import { Layout } from "../../parts/layout.tsx";
import { useAnswer } from "../../engine/answer.ts";
import { quick } from "../../engine/load.ts";
import { failureOf, useProof } from "../../engine/proof.ts";
import type { Failure, Verify } from "../../engine/protocol.ts";
import type { Section } from "../../state/section.ts";
import { Diagram } from "./diagram.tsx";
import { Plot } from "./plots.tsx";
import { few, nameOf, places, walk, type LossName, type Passes, type Value } from "./walk.ts";

/** Networks to begin with: the weights of each hidden unit, the biases, the weights of the output, its bias. */
const PRESETS: Record<"two" | "three", Record<string, string>> = {
  two: {
    ordinary: "1;-0.5;0.5;1;0.2;-0.3;1;-1;0.1",
    saturated: "1;-0.5;0.5;1;0.2;-0.3;1;1;-6",
    twins: "1;-0.5;1;-0.5;0.2;0.2;1;1;-0.5",
  },
  three: {
    ordinary: "1;-0.5;0.5;1;-1;0.75;0.2;-0.3;0;1;-1;0.5;0.1",
    saturated: "1;-0.5;0.5;1;-1;0.75;0.2;-0.3;0;1;1;1;-6",
    twins: "1;-0.5;1;-0.5;1;-0.5;0.2;0.2;0.2;1;1;1;-0.5",
  },
};

const start = {
  hidden: "two" as string, weights: PRESETS.two["ordinary"]!, x: "0.5", y: "1", label: "1", activation: "sigmoid", loss: "squares",
  rate: 1, at: 0,
};
type Pass = typeof start;

/** The number of inputs. */
const INPUTS = 2;

/** The weights of the state as texts, as many as the network has. */
function texts({ hidden, weights }: Pass): string[] {
  const size = hidden === "three" ? "three" : "two";
  const wanted = PRESETS[size]["ordinary"]!.split(";");
  const found = weights.split(";");
  return found.length === wanted.length ? found : wanted;
}

function View({ state, set }: { state: Pass; set(changes: Partial<Pass>): void }) {
  const predict = useContext(PredictFirst);
  const size = state.hidden === "three" ? "three" : "two";
  const units = size === "three" ? 3 : 2;
  const activation = state.activation === "tanh" ? "tanh" : "sigmoid";
  const rate = Math.max(0.01, Math.min(state.rate, 100));
  const loss: LossName = state.loss === "cross_entropy" ? "cross_entropy" : "squares";
  const parameters = texts(state);
  const question = {
    do: "passes", hidden: [units], activation, output: "sigmoid", loss, parameters,
    point: [state.x, state.y], label: state.label, rate, steps: 1,
  };
  const { answer, failure, isStale } = useAnswer<Passes>(question);
  // While a number is wrong, the last picture stays, and so does the field of the number.
  const last = useRef<Passes>();
  last.current = answer ?? last.current;
  const passes = last.current?.layers[0]!.z.length === units ? last.current : undefined;
  const asked = useMemo<Verify | undefined>(() => (passes ? {
    do: "verify", name: "passes", network: passes.network, target: String(passes.label), domain: passes.domain, gap: "1/50",
  } : undefined), [passes?.network, passes?.domain, passes?.label]);
  const progress = useProof(failure ? undefined : asked, []);
  const values = useMemo(() => (passes ? walk(passes, loss) : []), [passes]);
  const at = Math.max(0, Math.min(Math.round(state.at), values.length - 1));
  const now = values[at];
  // In "Predict, then reveal", the value of the moment is known when it was guessed.
  const key = `${at} ${now?.name} ${now?.value}`;
  const [revealed, setRevealed] = useState("");
  const isRevealed = !predict || revealed === key;
  const known = values.slice(0, isRevealed ? at + 1 : at);
  const move = (by: number) => set({ at: Math.max(0, Math.min(at + by, values.length - 1)) });

  // The arrows walk, unless they are needed where the focus is.
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const { target } = event;
      if (target instanceof HTMLElement && target.closest("input, textarea, select, summary, a")) return;
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      move(by);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });

  const [failed, setFailed] = useState<Failure>();
  // The losses of the steps that led to the weights of the moment.
  const [history, setHistory] = useState<{ weights: string; losses: number[] }>({ weights: "", losses: [] });
  const taken = history.weights === state.weights ? history.losses : [];
  const steps = (count: number) => {
    setFailed(undefined);
    quick.ask<Passes>({ ...question, steps: count }).then(({ next }) => {
      if (next.parameters) {
        const weights = next.parameters.join(";");
        setHistory({ weights, losses: [...taken.slice(0, -1), ...next.losses].slice(-1001) });
        set({ weights });
      } else setFailed({ message: "the weights would leave the range from −1000000 to 1000000", hint: "choose a smaller learning rate" });
    }, (error) => setFailed(failureOf(error)));
  };
  const preset = (name: string) => set({ weights: PRESETS[size][name]!, at: 0 });
  const wrong = (field: string, place = 0) => (
    failure && String(failure.field) === field && (failure.span?.[0] ?? 0) === place ? failure : undefined
  );
  const isLossKnown = !predict || known.some(({ name }) => name === "L");
  const isElsewhere = failure && !["parameters", "inputs", "label"].includes(String(failure.field));

  return (
    <Layout
      lead={<p>
        A network computes forward, from the point to the loss: how wrong its output is. Then it computes backward: how much the loss
        changes when each weight changes a little. A step moves each weight against its derivative, and the loss falls, if the step
        is not too long.
      </p>}
      controls={<>
        <div class="numbers">
          <NumberField label="x" value={state.x} failure={wrong("inputs", 0)} onChange={(x) => set({ x })} />
          <NumberField label="y" value={state.y} failure={wrong("inputs", 1)} onChange={(y) => set({ y })} />
          <NumberField label="Label t" value={state.label} failure={wrong("label")} onChange={(label) => set({ label })} />
        </div>
        <Choice
          label="Hidden units" value={size} options={[["two", "2"], ["three", "3"]]}
          onChange={(hidden) => set({ hidden, weights: PRESETS[hidden]["ordinary"]!, at: 0 })}
        />
        <Choice
          label="Activation of the hidden units" value={activation} options={[["sigmoid", "sigmoid σ"], ["tanh", "tanh"]]}
          onChange={(chosen) => set({ activation: chosen })}
        />
        <Choice
          label="Loss" value={loss} options={[["squares", "squared error"], ["cross_entropy", "cross-entropy"]]}
          onChange={(chosen) => set({ loss: chosen })}
        />
        <div class="control">
          <span>Weights to begin with</span>
          <div class="buttons">
            <button type="button" onClick={() => preset("ordinary")}>Ordinary</button>
            <button type="button" onClick={() => preset("saturated")}>Wrong and saturated</button>
            <button type="button" onClick={() => preset("twins")}>Equal units</button>
          </div>
        </div>
        {failure && (isElsewhere || (!passes && wrong("parameters", failure.span?.[0]))) && <div class="wrong" role="alert">
          <Words failure={failure} />
          {!passes && <button type="button" onClick={() => preset("ordinary")}>Take the ordinary weights</button>}
        </div>}
      </>}
      figure={failure
        ? <div class="figure failed"><p>Nothing is computed: a number is missing or wrong. See the message at its field.</p></div>
        : <Figure name="Largest distance from the label, up to 1/100 around the point" progress={progress} question={passes?.network ?? ""}>
          <p class="evidence">The other numbers of this section are computed with floats, and are estimates.</p>
        </Figure>}
      picture={<>
        {passes && now
          ? <div class={isStale || failure ? "picture stale" : "picture"}><Diagram passes={passes} known={known} now={now} /></div>
          : <div class="picture empty" />}
        {now && <Moment
          key={key} now={now} at={at} count={values.length} isRevealed={isRevealed} isAsked={predict} onReveal={() => setRevealed(key)}
          onMove={(to) => set({ at: to })}
        />}
        <Files progress={progress} />
      </>}
    >
      {passes && <>
        <h2>Take a step</h2>
        {!isLossKnown && <p>Walk to the loss first. What a step does to it is shown when you have guessed it.</p>}
        {isLossKnown && <div class="pair">
          <div>
            <Slider label="Learning rate" value={rate} min={0.01} max={100} isLog onChange={(value) => set({ rate: value })} />
            <p>Each weight moves by −rate · derivative.</p>
            <p aria-live="polite" data-loss={passes.loss} data-next={passes.next.loss}>
              Loss now <b>{few(passes.loss)}</b>, after the step <b>{few(passes.next.loss)}</b>: {fallen(passes)}.
            </p>
            <div class="buttons">
              <button type="button" class="main" onClick={() => steps(1)}>Take the step</button>
              <button type="button" onClick={() => steps(10)}>Take 10 steps</button>
              <button type="button" onClick={() => preset("ordinary")}>Start again</button>
            </div>
            {failed && <Words failure={failed} />}
            {taken.length > 1 && <Plot
              title="The loss, step by step" xName="step" yName="loss" isLogX={false}
              about={`From ${few(taken[0]!)} to ${few(taken[taken.length - 1]!)} in ${taken.length - 1} steps.`}
              points={taken.map((loss, step): [number, number] => [step, loss])}
            />}
          </div>
          <div>
            <Plot
              title="The loss after one step, for each learning rate" xName="learning rate" yName="loss"
              about={`Now ${few(passes.loss)}. With rate ${few(rate)}, ${few(passes.next.loss)} after the step.`}
              points={passes.along} mark={[rate, passes.next.loss]} level={passes.loss}
            />
            <p><small>Computed for 81 learning rates. Dashed: the loss now.</small></p>
          </div>
        </div>}

        <h2>The weights, and the gradient check</h2>
        <p>
          A derivative can be computed without the chain rule: move one weight by a small h up and down, and take the difference,
          (L(w + h) − L(w − h)) / 2h. Both must agree. If somebody forgets a factor, they do not.
        </p>
        <Check state={state} set={set} passes={passes} units={units} texts={parameters} values={known} predict={predict} failure={failure} />
        <div class="pair">
          <Plot
            title="How far central differences are from backpropagation, for each h" xName="h" yName="relative difference" isLogY
            about="With a large h the curve bends between the two places. With a small h rounding wins."
            points={passes.check.by_step}
          />
          <p>
            Which h is good? With a large h, the loss bends between the two places. With a small h, two nearly equal numbers are
            subtracted, and only rounding errors are left. The best is in between, near h = 10⁻⁵. The table uses 2⁻¹⁷, about 8·10⁻⁶.
          </p>
        </div>
        <h2>Try this</h2>
        <ul>
          <li>
            <b>Wrong and saturated</b>, label 1: the output is near 0, so the error is large. Yet with the squared error the derivatives
            are tiny, because the slope a(1 − a) is. Switch to the cross-entropy: the slope cancels.
          </li>
          <li>
            <b>Equal units</b>: both hidden units get the same derivatives in every step, so they stay equal. Random starts are there
            to break this.
          </li>
          <li>
            A label between 0 and 1, such as 0.4: the loss has a valley. A learning rate that is too large jumps over it, and the loss
            rises.
          </li>
        </ul>
      </>}
    </Layout>
  );
}

/** What a step does, in words. */
function fallen({ loss, next }: Passes): string {
  if (!Number.isFinite(next.loss)) return "too large to compute";
  const change = (next.loss - loss) / (loss || 1);
  if (Math.abs(change) < 5e-5) return "it hardly changes";
  return `it ${change < 0 ? "falls" : "rises"} by ${few(Number((100 * Math.abs(change)).toPrecision(2)))} %`;
}

interface MomentProps {
  now: Value;
  at: number;
  count: number;
  isRevealed: boolean;
  /** Is a guess asked for? */
  isAsked: boolean;
  onReveal(): void;
  onMove(to: number): void;
}

/** The value of the moment: its rule, with the numbers put in. */
function Moment({ now, at, count, isRevealed, isAsked, onReveal, onMove }: MomentProps) {
  const [guess, setGuess] = useState("");
  return (
    <section class="moment" aria-label="The value of the moment" data-name={now.name} data-value={isRevealed ? now.value : undefined}>
      <div class="buttons">
        <button type="button" disabled={at === 0} onClick={() => onMove(at - 1)}>Back</button>
        <button type="button" class="main" disabled={at === count - 1} onClick={() => onMove(at + 1)}>Next</button>
        <button type="button" disabled={at === count - 1} onClick={() => onMove(count - 1)}>To the end</button>
      </div>
      <Slider
        label={now.phase === "forward" ? "Forward pass" : "Backward pass"} value={at + 1} min={1} max={count}
        shown={`value ${at + 1} of ${count}: ${now.name}`} onChange={(value) => onMove(value - 1)}
      />
      <div aria-live="polite">
        <p>{now.what}</p>
        <p class="rule">{now.name} = {now.rule} = {now.numbers}{isRevealed && <> = <b>{few(now.value)}</b></>}</p>
        {isAsked && isRevealed && guess && <p>Your guess: {guess}{judged(guess, now.value)}</p>}
      </div>
      {!isRevealed && <form
        class="hidden" onSubmit={(event) => {
          event.preventDefault();
          if (guess.trim()) onReveal();
        }}
      >
        <label>
          <span>{now.name}: your guess</span>
          <input type="text" inputMode="decimal" value={guess} onInput={(event) => setGuess(event.currentTarget.value)} />
        </label>
        <button type="submit" disabled={!guess.trim()}>Reveal</button>
      </form>}
    </section>
  );
}

/** What a guess of a value was worth. */
function judged(guess: string, value: number): string {
  const read = Number(guess.trim().replace(",", ".").replace("−", "-"));
  if (!Number.isFinite(read)) return "";
  const distance = Math.abs(read - value);
  if (distance <= 0.02 * Math.abs(value) + 1e-9) return ", right to 2 %";
  if (read !== 0 && value !== 0 && Math.sign(read) !== Math.sign(value)) return ", the sign is the other one";
  return read > value ? ", too large" : ", too small";
}

interface NumberFieldProps {
  label: string;
  value: string;
  failure: Failure | undefined;
  isBare?: boolean;
  onChange(value: string): void;
}

/** A short field for one number; what is wrong stands below. */
function NumberField({ label, value, failure, isBare = false, onChange }: NumberFieldProps) {
  return (
    <div class="number">
      <label>
        <span class={isBare ? "unseen" : ""}>{label}</span>
        <input
          type="text" inputMode="text" value={value} spellcheck={false} autocomplete="off" aria-invalid={failure ? true : undefined}
          onInput={(event) => onChange(event.currentTarget.value.replaceAll(";", ""))}
        />
      </label>
      {failure && <div class="wrong" role="alert"><Words failure={failure} /></div>}
    </div>
  );
}

interface CheckProps {
  state: Pass;
  set(changes: Partial<Pass>): void;
  passes: Passes;
  units: number;
  texts: string[];
  values: Value[];
  predict: boolean;
  failure: Failure | undefined;
}

/** The parameters, to be changed, with their derivatives in two ways. */
function Check({ set, passes, units, texts, values, predict, failure }: CheckProps) {
  const worst = Math.max(...passes.check.relative);
  const rows = places(units, INPUTS).map((place, k) => {
    const name = nameOf(place);
    const isKnown = !predict || values.some((value) => value.name === `∂L/∂${name}`);
    const wrong = failure && String(failure.field) === "parameters" && failure.span?.[0] === k ? failure : undefined;
    const change = (value: string) => set({ weights: texts.map((text, other) => (other === k ? value : text)).join(";") });
    return (
      <tr key={k}>
        <th scope="row">{name}</th>
        <td><NumberField label={`Weight ${name}`} value={texts[k]!} failure={wrong} isBare onChange={change} /></td>
        <td>{isKnown ? few(passes.gradient[k]!) : "?"}</td>
        <td>{isKnown ? few(passes.check.differences[k]!) : "?"}</td>
        <td>{isKnown ? few(passes.check.relative[k]!) : "?"}</td>
      </tr>
    );
  });
  return (
    <>
      {/* What is wider than the window scrolls, also by keys. */}
      <div class="wide" tabIndex={0} role="region" aria-label="Weights and derivatives">
        <table class="check">
          <thead>
            <tr>
              <th scope="col">weight</th><th scope="col">value</th><th scope="col">∂L by the chain rule</th>
              <th scope="col">∂L by differences</th><th scope="col">relative difference</th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </div>
      <p data-worst={worst}>The two differ by at most <b>{few(worst)}</b>, relatively.</p>
    </>
  );
}

export const passes: Section<Pass> = {
  id: "passes", name: "Forward, backward", title: "How does a network learn from one point?", start, View,
};
