// What was found about a network, arranged.

import { save } from "../../parts/files.tsx";
import { Picture } from "../../parts/picture.tsx";
import { Sentence, signs } from "../../parts/words.tsx";

/** The answer to the question `explain`. */
export interface Explained {
  document: Document;
  /** The object that `steeple explain --format json` prints. */
  report: Record<string, unknown>;
  pictures: { name: string; svg: string; paper: string }[];
  /** Did the work come to its end? */
  is_complete: boolean;
}

interface Document {
  title: string;
  headline: string;
  facts: [string, string][];
  sections: { question: string; answer: string; lines: string[] }[];
  notes: string[];
  tables: { title: string; head: string[]; rows: string[][] }[];
  meaning: string[];
}

/** The explanation: answers, tables, pictures, and what the numbers mean. */
export function Report({ found, isStale, without }: {
  found: Explained; isStale: boolean;
  /** The name of a picture that is shown elsewhere. */
  without: string;
}) {
  const { headline, facts, sections, notes, tables, meaning } = found.document;
  return (
    <div class={isStale ? "report stale" : "report"} data-complete={found.is_complete}>
      <h2>{found.document.title}</h2>
      <p><strong><Sentence text={headline} /></strong></p>
      <div class="answers">
        {sections.map(({ question, answer, lines }) => (
          <section key={question}>
            <h3>{question}</h3>
            <p><b><Sentence text={answer} /></b></p>
            {lines.length > 0 && <ul>{lines.map((line) => <li key={line}><Sentence text={line} /></li>)}</ul>}
          </section>
        ))}
      </div>
      {tables.map((table) => (
        <section key={table.title}>
          <h3>{table.title}</h3>
          {/* What is wider than the window scrolls, also by keys. */}
          <div class="wide" tabIndex={0} role="region" aria-label={table.title}>
            <table>
              <thead><tr>{table.head.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
              <tbody>
                {table.rows.map((row, k) => <tr key={k}>{row.map((cell, column) => <td key={column}>{signs(cell)}</td>)}</tr>)}
              </tbody>
            </table>
          </div>
        </section>
      ))}
      <div class="pair">
        {found.pictures.filter(({ name }) => name !== without).map(({ name, svg }) => <Picture key={name} svg={svg} />)}
      </div>
      <details>
        <summary>What the numbers mean, and the facts</summary>
        {meaning.map((text) => <p key={text}><Sentence text={text} /></p>)}
        <dl>
          {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><Sentence text={value} /></dd></div>)}
        </dl>
      </details>
      <div class="files">
        <span>Save:</span>
        <button type="button" onClick={() => save("explanation.json", JSON.stringify(found.report, null, 2), "application/json")}>
          Explanation (JSON)
        </button>
        {found.pictures.map(({ name, paper }) => (
          <button key={name} type="button" onClick={() => save(`${name}.svg`, paper, "image/svg+xml")}>{name}.svg</button>
        ))}
      </div>
      {notes.map((note) => <p key={note}>Note: <Sentence text={note} /></p>)}
    </div>
  );
}
