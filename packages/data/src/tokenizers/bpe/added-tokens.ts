interface Node {
  readonly next: Map<string, Node>;
  id?: number;
}

/** A piece of a text: an added token's id, or what lies between. */
export type Section = { readonly id: number } | { readonly text: string };

/** Finds added tokens in a text: the leftmost first, of those the longest. */
export class AddedTokens {
  readonly #root: Node = { next: new Map() };
  readonly #empty: boolean;

  constructor(tokens: Iterable<readonly [content: string, id: number]>) {
    let count = 0;
    for (const [content, id] of tokens) {
      let node = this.#root;
      for (const unit of content.split('')) {
        const next: Node = node.next.get(unit) ?? { next: new Map() };
        node.next.set(unit, next);
        node = next;
      }
      node.id = id;
      count++;
    }
    this.#empty = count === 0;
  }

  /** Pieces in order; none is empty. */
  split(text: string): Section[] {
    if (this.#empty) return text === '' ? [] : [{ text }];
    const sections: Section[] = [];
    let start = 0;
    for (let at = 0; at < text.length;) {
      const found = this.#longestAt(text, at);
      if (!found) {
        at++;
        continue;
      }
      if (at > start) sections.push({ text: text.slice(start, at) });
      sections.push({ id: found.id });
      at = found.end;
      start = at;
    }
    if (start < text.length) sections.push({ text: text.slice(start) });
    return sections;
  }

  #longestAt(text: string, start: number): { id: number; end: number } | undefined {
    let found: { id: number; end: number } | undefined;
    let node = this.#root.next.get(text[start]!);
    for (let at = start; node; node = node.next.get(text[++at]!)) {
      if (node.id !== undefined) found = { id: node.id, end: at + 1 };
    }
    return found;
  }
}
