// What the user moves, chooses and types.

import { useId, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Failure } from "../engine/protocol.ts";

interface SliderProps {
  label: ComponentChildren;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** Equal steps of the slider are equal factors. */
  isLog?: boolean;
  /** The value in words; the number itself by default. */
  shown?: string;
  onChange(value: number): void;
}

/** Three digits of a number, without trailing zeros. */
export function short(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}

/** The same with a true minus sign, for readers. */
export function signed(value: number, digits = 3): string {
  return short(value, digits).replace("-", "−");
}

/** A slider with its value; arrows move it by one step, page keys by more. */
export function Slider({ label, value, min, max, step = 1, isLog = false, shown, onChange }: SliderProps) {
  const id = useId();
  const text = shown ?? signed(value);
  const place = isLog ? Math.log(value / min) / Math.log(max / min) : value;
  const change = (given: number) => onChange(isLog ? Number((min * (max / min) ** given).toPrecision(3)) : given);
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <output for={id}>{text}</output>
      <input
        id={id} type="range" min={isLog ? 0 : min} max={isLog ? 1 : max} step={isLog ? 0.01 : step} value={place}
        aria-valuetext={text} onInput={(event) => change(Number(event.currentTarget.value))}
      />
    </div>
  );
}

/** A number of a link, within what its slider allows; whole where the slider's steps are. */
export function within(value: number, min: number, max: number, isWhole = false): number {
  return Math.min(Math.max(isWhole ? Math.round(value) : value, min), max);
}

/** A word of a link, if it is one of the options; else the first of them. */
export function among(value: string, options: readonly (readonly [string, string])[]): string {
  return options.some(([option]) => option === value) ? value : options[0]![0];
}

interface ChoiceProps<T extends string> {
  label: ComponentChildren;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange(value: T): void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset class="control choice">
      <legend>{label}</legend>
      <div class="options">
        {options.map(([option, text]) => (
          <label key={option} class={option === value ? "chosen" : ""}>
            <input type="radio" name={id} checked={option === value} onChange={() => onChange(option)} />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Yes or no. */
export function Tick({ label, value, onChange }: { label: ComponentChildren; value: boolean; onChange(value: boolean): void }) {
  return (
    <label class="control tick">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface FieldProps {
  label: ComponentChildren;
  value: string;
  /** What is wrong with the value. */
  failure?: Failure | undefined;
  /** The place of the mistake, in bytes of the value. */
  span?: [number, number] | undefined;
  onChange(value: string): void;
}

/** The text up to a byte. */
function upTo(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes));
}

/** A line to type in; a mistake is shown under it, with its place. */
export function Field({ label, value, failure, span, onChange }: FieldProps) {
  const id = useId();
  const before = span ? upTo(value, span[0]).length : 0;
  const wrong = span ? Math.max(upTo(value, span[1]).length - before, 1) : 0;
  return (
    <div class="control field">
      <label for={id}>{label}</label>
      <input
        id={id} type="text" value={value} spellcheck={false} autocomplete="off" autocapitalize="off"
        aria-invalid={failure ? true : undefined} aria-describedby={failure ? `${id}-wrong` : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {failure && (
        <div id={`${id}-wrong`} class="wrong" role="alert">
          {span && <pre aria-hidden="true">{value}{"\n"}{" ".repeat(before)}{"^".repeat(wrong)}</pre>}
          <Words failure={failure} />
        </div>
      )}
    </div>
  );
}

/** Where a byte stands: its line, and its place in the line, both from 1. */
export function placeOf(text: string, byte: number): { line: number; place: number } {
  const lines = upTo(text, byte).split("\n");
  return { line: lines.length, place: [...lines[lines.length - 1]!].length + 1 };
}

interface AreaProps extends FieldProps {
  rows?: number;
}

/** Lines to type in; a mistake is shown below, with its line. */
export function Area({ label, value, failure, span, rows = 14, onChange }: AreaProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const start = span ? upTo(value, span[0]).length : 0;
  const end = span ? upTo(value, span[1]).length : 0;
  const { line, place } = placeOf(value, span?.[0] ?? 0);
  const lines = value.split("\n");
  const wrong = Math.max(Math.min(end - start, (lines[line - 1] ?? "").length - place + 1), 1);
  const go = () => {
    area.current?.focus();
    area.current?.setSelectionRange(start, Math.max(end, start));
  };
  return (
    <div class="control field area">
      <label for={id}>{label}</label>
      <textarea
        id={id} ref={area} rows={rows} value={value} spellcheck={false} autocomplete="off" autocapitalize="off" wrap="off"
        aria-invalid={failure ? true : undefined} aria-describedby={failure ? `${id}-wrong` : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {failure && (
        <div id={`${id}-wrong`} class="wrong" role="alert">
          {span && <>
            <p>Line {line}, place {place} <button type="button" onClick={go}>Go there</button></p>
            <pre aria-hidden="true">{lines[line - 1]}{"\n"}{" ".repeat(place - 1)}{"^".repeat(wrong)}</pre>
          </>}
          <Words failure={failure} />
        </div>
      )}
    </div>
  );
}

/** A text in which what stands between backquotes is code; a backquote without a partner stays. */
export function quoted(text: string, plain = (text: string) => text): ComponentChildren {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return plain(text);
  return parts.map((part, k) => (k % 2 ? <code key={k}>{part}</code> : plain(part)));
}

/** A failure in words. */
export function Words({ failure }: { failure: Failure }) {
  return (
    <p>
      {quoted(sentence(failure.message))}
      {failure.hint && <> <span class="hint">Hint: {quoted(failure.hint)}.</span></>}
    </p>
  );
}

/** A message as a sentence. */
export function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
