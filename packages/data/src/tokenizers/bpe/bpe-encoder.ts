import type { Section } from './added-tokens.js';
import { AddedTokens } from './added-tokens.js';
import { byteCharacters } from './byte-level.js';
import { holdsCut } from './cuts.js';
import type { TokenizerFile } from './file-schema.js';
import { notReproduced } from './file-schema.js';
import type { Kind } from './kind.js';
import { mergeWord } from './merge-word.js';
import { isolated, patternOf } from './patterns.js';
import { nfc } from './unicode.js';
import type { Vocabulary } from './vocabulary.js';

/** Words remembered, and how long they may be: a text with more of them than this repeats few. */
const [REMEMBERED, LONGEST] = [2 ** 18, 256];

const CHARACTERS = byteCharacters();
const utf8 = new TextEncoder();

/** Text to ids, as the tokenizers library does it. */
export class BpeEncoder {
  /** Whether a text may be cut where `cutAfter` says. */
  readonly cuttable: boolean;
  readonly #kind: Kind;
  readonly #file: TokenizerFile['model'];
  readonly #vocabulary: Vocabulary;
  readonly #raw: AddedTokens;
  readonly #normalized: AddedTokens;
  readonly #patterns: readonly RegExp[];
  readonly #known = new Map<string, Int32Array>();
  readonly #byteIds: readonly (number | undefined)[];
  readonly #unknown: number | undefined;
  readonly #whole: boolean;

  constructor(file: TokenizerFile, kind: Kind, vocabulary: Vocabulary, name: string) {
    const { ids, raw, normalized } = vocabulary;
    this.#kind = kind;
    this.#file = file.model;
    this.#vocabulary = vocabulary;
    this.#raw = new AddedTokens(raw);
    this.#normalized = new AddedTokens(
      [...normalized].map(([content, id]) => [this.#normalize(content, true), id]),
    );
    this.#patterns = kind.type === 'bytes' ? kind.patterns.map(patternOf) : [];
    this.#byteIds = CHARACTERS.map((character, byte) =>
      ids.get(kind.type === 'bytes' ? character : fallbackToken(byte)),
    );
    this.#unknown = file.model.unk_token == null ? undefined : ids.get(file.model.unk_token);
    this.#whole = kind.type === 'fallback' && [...ids.keys()].some((token) => /[^▁]▁/u.test(token));
    this.#assertBytes(name);
    const contents = [...raw.keys(), ...normalized.keys()];
    const ends = kind.type === 'fallback' && contents.some((content) => /\p{L}$/u.test(content));
    this.cuttable = !this.#whole && !ends && !contents.some(holdsCut);
  }

  /** @param continued it continues a text that was cut, so it is not a beginning */
  encode(text: string, continued: boolean): number[] {
    const ids: number[] = [];
    let begins = !continued;
    let inside = continued; // the part before the first added token continues the text before the cut
    for (const section of this.#raw.split(text)) {
      if ('id' in section) ids.push(section.id);
      else {
        const normal = this.#normalize(section.text, !inside);
        for (const part of this.#normalized.split(normal)) {
          this.#encodePart(part, { begins, inside }, ids);
          begins = false;
          inside = false;
        }
      }
      begins = false;
      inside = false;
    }
    return ids;
  }

  #normalize(text: string, begins: boolean): string {
    const kind = this.#kind;
    if (kind.type === 'bytes') return kind.nfc ? nfc(text) : text;
    if (!kind.normalized) return text;
    const prefix = kind.prefix === 'section' && begins ? '▁' : '';
    return prefix + text.replaceAll(' ', '▁');
  }

  #encodePart(part: Section, at: { begins: boolean; inside: boolean }, ids: number[]): void {
    if ('id' in part) {
      ids.push(part.id);
      return;
    }
    for (const word of this.#words(part.text, at)) for (const id of this.#word(word)) ids.push(id);
  }

  #words(text: string, { begins, inside }: { begins: boolean; inside: boolean }): string[] {
    const kind = this.#kind;
    if (kind.type === 'bytes') {
      return this.#patterns.reduce(
        (pieces, pattern) => pieces.flatMap((piece) => isolated(piece, pattern)),
        [text],
      );
    }
    const spaced = text.replaceAll(' ', '▁');
    const adds = kind.prefix === 'always' ? !inside : kind.prefix === 'first' && begins;
    const all = adds && !spaced.startsWith('▁') ? `▁${spaced}` : spaced;
    if (kind.splits) return all.match(/▁[^▁]*|[^▁]+/gu) ?? [];
    return this.#whole ? [all] : (all.match(/▁+[^▁]*|[^▁]+/gu) ?? []);
  }

  #word(word: string): Int32Array {
    const known = this.#known.get(word);
    if (known) return known;
    const whole = this.#file.ignore_merges ? this.#vocabulary.ids.get(byteWord(word)) : undefined;
    const ids =
      whole === undefined
        ? mergeWord(this.#symbols(word), this.#vocabulary.merges)
        : Int32Array.of(whole);
    if (word.length <= LONGEST && this.#known.size < REMEMBERED) this.#known.set(word, ids);
    return ids;
  }

  #symbols(word: string): number[] {
    return this.#kind.type === 'bytes' ? this.#ofBytes(word) : this.#ofCharacters(word);
  }

  /** A byte that is not a token becomes the unknown one, several in a row one where they are fused, or nothing, as in the library. */
  #ofBytes(word: string): number[] {
    const symbols: number[] = [];
    let fused = false;
    for (const byte of utf8.encode(word)) {
      const id = this.#byteIds[byte] ?? this.#unknown;
      if (id === undefined) continue;
      const unknown = this.#byteIds[byte] === undefined;
      if (!(unknown && fused && this.#file.fuse_unk)) symbols.push(id);
      fused = unknown;
    }
    return symbols;
  }

  #ofCharacters(word: string): number[] {
    const symbols: number[] = [];
    for (const character of word) {
      const id = this.#vocabulary.ids.get(character);
      if (id !== undefined) symbols.push(id);
      else for (const byte of utf8.encode(character)) symbols.push(this.#byteIds[byte]!);
    }
    return symbols;
  }

  #assertBytes(name: string): void {
    const missing = this.#byteIds.filter((id) => id === undefined).length;
    if (missing === 0) return;
    if (this.#kind.type === 'fallback')
      throw notReproduced(
        name,
        `model.byte_fallback without ${missing} of the 256 tokens <0x00> to <0xFF>`,
      );
    if (this.#file.unk_token != null && this.#unknown === undefined)
      throw notReproduced(name, 'model.unk_token: no token of the vocabulary');
  }
}

/** The token of a byte where the model falls back to bytes. */
export function fallbackToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function byteWord(word: string): string {
  return Array.from(utf8.encode(word), (byte) => CHARACTERS[byte]!).join('');
}
