// What the program put into the page: where to begin, a spec, a network.

/** The content of the page's element `given`. */
export interface Given {
  /** The fragment to begin with. */
  link?: string;
  /** The text of a spec. */
  spec?: string;
  /** A network file. */
  network?: { name: string; base64: string };
}

/** Reads it; nothing where there is none. */
export function givenIn(text: string | null | undefined): Given {
  try {
    const read: unknown = JSON.parse(text || "{}");
    return read && typeof read === "object" ? read : {};
  } catch {
    return {};
  }
}

/** What this page was made with. */
export const given: Given = typeof document === "undefined" ? {} : givenIn(document.getElementById("given")?.textContent);
