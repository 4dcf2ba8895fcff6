import { PairQueue } from './pair-queue.js';

/** A word as token ids, and how often it occurs. */
export interface CountedWord {
  ids: number[];
  readonly count: number;
}

export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly merged: number;
}

/** Occurrences of every pair of neighbours, kept right while words are merged. */
export class PairTable {
  readonly #words: CountedWord[];
  readonly #counts = new Map<number, number>();
  readonly #places = new Map<number, Set<number>>(); // words that may contain a pair
  readonly #queue = new PairQueue();
  readonly #stride: number;

  /** @param numIds every id is below it: a pair's key is left * numIds + right, a small integer where it can be */
  constructor(words: CountedWord[], numIds: number) {
    this.#words = words;
    this.#stride = numIds;
    words.forEach(({ ids, count }, at) => this.#add({ ids, count, at }));
    for (const key of this.#counts.keys()) this.#requeue(key);
  }

  /** The most frequent pair, ties to the lower ids; `undefined` when none occurs `minimum` times. */
  best(minimum: number): { left: number; right: number } | undefined {
    for (let top = this.#queue.pop(); top; top = this.#queue.pop()) {
      const count = this.#counts.get(this.#keyOf(top.left, top.right)) ?? 0;
      if (count < minimum) continue;
      if (count === top.count) return top;
      if (count < top.count) this.#queue.push({ ...top, count }); // an entry from before merges took some
    }
    return undefined;
  }

  /** Replaces the pair by its merged token in every word. */
  apply(merge: Merge): void {
    const key = this.#keyOf(merge.left, merge.right);
    const changed = new Set<number>();
    for (const at of this.#places.get(key) ?? []) {
      const word = this.#words[at]!;
      const before = word.ids;
      word.ids = mergeIn(before, merge);
      if (word.ids.length === before.length) continue;
      this.#add({ ids: before, count: -word.count, at }, changed);
      this.#add({ ...word, at }, changed);
    }
    this.#places.delete(key);
    for (const pair of changed) this.#requeue(pair);
  }

  #add({ ids, count, at }: CountedWord & { at: number }, changed?: Set<number>): void {
    for (let i = 1; i < ids.length; i++) {
      const key = this.#keyOf(ids[i - 1]!, ids[i]!);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
      if (count > 0) this.#place(key, at);
      changed?.add(key);
    }
  }

  #place(key: number, at: number): void {
    const places = this.#places.get(key);
    if (places) places.add(at);
    else this.#places.set(key, new Set([at]));
  }

  #requeue(key: number): void {
    const count = this.#counts.get(key) ?? 0;
    const [left, right] = [Math.floor(key / this.#stride), key % this.#stride];
    if (count > 0) this.#queue.push({ left, right, count });
  }

  #keyOf(left: number, right: number): number {
    return left * this.#stride + right;
  }
}

/** From left to right; what was merged takes part in no other merge of the same pass. */
function mergeIn(ids: readonly number[], { left, right, merged }: Merge): number[] {
  const next: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const meets = ids[i] === left && ids[i + 1] === right;
    next.push(meets ? merged : ids[i]!);
    if (meets) i++;
  }
  return next;
}
