// Every state has a link: the section's name and what differs from its start, after the `#`.

/** A state: plain values by name. */
export type State = Record<string, string | number | boolean>;

/** What a link says. */
export interface Link {
  section: string;
  /** As written; `read` gives the values their kinds. */
  values: Record<string, string>;
  /** Only the section, for other pages to show. */
  isEmbedded: boolean;
}

/** Reads the fragment of an address, with or without its `#`. */
export function parse(fragment: string): Link {
  const [section = "", query = ""] = fragment.replace(/^#/, "").split(/\?(.*)/s);
  const values = Object.fromEntries(new URLSearchParams(query));
  const isEmbedded = values["embed"] === "1";
  delete values["embed"];
  return { section, values, isEmbedded };
}

/** The state that a link describes: the start, with the link's values where they are of the right kind. */
export function read<S extends State>(start: S, values: Record<string, string>): S {
  const state: State = { ...start };
  for (const [name, first] of Object.entries(start)) {
    const text = values[name];
    if (text === undefined) continue;
    if (typeof first === "number") {
      const value = Number(text);
      if (text.trim() !== "" && Number.isFinite(value)) state[name] = value;
    } else if (typeof first === "boolean") {
      if (text === "1" || text === "0") state[name] = text === "1";
    } else {
      state[name] = text;
    }
  }
  return state as S;
}

/** Writes the fragment of a state: what is as at the start is left out. */
export function write<S extends State>(section: string, start: S, state: S, isEmbedded = false): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (value === start[name]) continue;
    query.set(name, typeof value === "boolean" ? (value ? "1" : "0") : String(value));
  }
  if (isEmbedded) query.set("embed", "1");
  const text = query.toString();
  return `#${section}${text ? `?${text}` : ""}`;
}
