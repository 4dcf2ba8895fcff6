import type { TokenizerFile } from './file-schema.js';
import { notReproduced } from './file-schema.js';
import type { MergeTable } from './merge-word.js';

/** Of tokens and of merges: twice the largest that is in use. */
const MOST = 2 ** 19;

/** Half a pair: no text has it. */
const SURROGATE = /\p{Surrogate}/u;

export interface Vocabulary {
  /** Of the model, added tokens apart. */
  readonly ids: ReadonlyMap<string, number>;
  /** Added tokens that the library finds before it normalizes, and after. */
  readonly raw: ReadonlyMap<string, number>;
  readonly normalized: ReadonlyMap<string, number>;
  readonly merges: MergeTable;
  readonly size: number;
}

/** Tokens and merges of a file, bounded and looked through. @throws DATA_TOKENIZER */
export function vocabularyOf(file: TokenizerFile, name: string): Vocabulary {
  const refuse = (got: string) => notReproduced(name, got);
  const ids = modelIds(file.model.vocab, refuse);
  const [raw, normalized] = addedIds(file, ids, refuse);
  const all = [...ids.values(), ...raw.values(), ...normalized.values()];
  const size = all.reduce((most, id) => Math.max(most, id + 1), 0);
  if (size === 0) throw refuse('model.vocab: no token');
  if (size > MOST || size > 2 * all.length + 256) {
    throw refuse(`ids up to ${size - 1} for ${all.length} tokens`);
  }
  return { ids, raw, normalized, merges: mergesOf(file.model.merges, ids, size, refuse), size };
}

type Refuse = (got: string) => Error;

function modelIds(vocab: Readonly<Record<string, unknown>>, refuse: Refuse): Map<string, number> {
  const ids = new Map<string, number>();
  const seen = new Set<number>();
  for (const token in vocab) {
    const id = vocab[token];
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MOST) {
      throw refuse(
        `model.vocab: ${JSON.stringify(token.slice(0, 40))} has the id ${String(id).slice(0, 40)}; ids are whole numbers below ${MOST}`,
      );
    }
    if (seen.has(id)) throw refuse(`model.vocab: the id ${id} twice`);
    if (SURROGATE.test(token))
      throw refuse(`model.vocab: the token of id ${id} is half a surrogate pair`);
    seen.add(id);
    ids.set(token, id);
    if (ids.size > MOST) throw refuse(`model.vocab: more than ${MOST} tokens`);
  }
  return ids;
}

/** The library numbers what is added itself, and does not read the ids: both must agree. */
function addedIds(
  { added_tokens: added }: TokenizerFile,
  ids: ReadonlyMap<string, number>,
  refuse: Refuse,
) {
  const [raw, normalized] = [new Map<string, number>(), new Map<string, number>()];
  const taken = new Set(ids.values());
  let next = ids.size;
  for (const token of added) {
    const { content, id } = token;
    if (SURROGATE.test(content)) throw refuse('added_tokens: half a surrogate pair');
    if (raw.has(content) || normalized.has(content))
      throw refuse(`added_tokens: ${JSON.stringify(content.slice(0, 40))} twice`);
    const inModel = ids.get(content);
    if (id !== (inModel ?? next)) {
      throw refuse(
        `added_tokens: the id ${id} of ${JSON.stringify(content.slice(0, 40))}, which the tokenizers library numbers ${inModel ?? next}`,
      );
    }
    if (inModel === undefined && taken.has(id)) throw refuse(`added_tokens: the id ${id} twice`);
    taken.add(id);
    next = Math.max(next, id + 1);
    (token.normalized ? normalized : raw).set(content, id);
  }
  return [raw, normalized] as const;
}

function mergesOf(
  list: readonly unknown[],
  ids: ReadonlyMap<string, number>,
  numIds: number,
  refuse: Refuse,
): MergeTable {
  if (list.length > MOST) throw refuse(`model.merges: more than ${MOST}`);
  const ranks = new Map<number, number>();
  const merged = new Int32Array(list.length);
  list.forEach((entry, rank) => {
    const pair: unknown = typeof entry === 'string' ? entry.split(' ') : entry;
    const [left, right] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    const [first, second, both] =
      typeof left === 'string' && typeof right === 'string'
        ? [ids.get(left), ids.get(right), ids.get(left + right)]
        : [];
    if (first === undefined || second === undefined || both === undefined) {
      throw refuse(
        `model.merges.${rank}: two tokens of the vocabulary whose merge is one must stand here`,
      );
    }
    ranks.set(first * numIds + second, rank);
    merged[rank] = both;
  });
  return { numIds, ranks, merged };
}
