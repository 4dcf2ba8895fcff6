const POSITIONS = 2 ** 31;

/** Merges of pairs of ids: which comes first, and what it gives. */
export interface MergeTable {
  readonly numIds: number;
  /** By left * numIds + right. */
  readonly ranks: ReadonlyMap<number, number>;
  /** By rank. */
  readonly merged: ArrayLike<number>;
}

/** Applies merges to a word, the lowest rank first, ties from the left: BPE, in n log n. */
export function mergeWord(symbols: readonly number[], table: MergeTable): Int32Array {
  const ids = Int32Array.from(symbols);
  if (ids.length < 2) return ids;
  const next = Int32Array.from(ids, (_, i) => i + 1);
  const previous = Int32Array.from(ids, (_, i) => i - 1);
  const rankAt = (at: number): number | undefined => {
    const right = next[at]!;
    return right < ids.length && ids[at]! >= 0
      ? table.ranks.get(ids[at]! * table.numIds + ids[right]!)
      : undefined;
  };
  const queue = new LowestFirst();
  const offer = (at: number) => {
    const rank = at < 0 ? undefined : rankAt(at);
    if (rank !== undefined) queue.push(rank * POSITIONS + at);
  };
  for (let at = 0; at < ids.length; at++) offer(at);
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const [rank, at] = [Math.floor(key / POSITIONS), key % POSITIONS];
    if (rankAt(at) !== rank) continue; // an entry from before another merge
    const gone = next[at]!;
    ids[at] = table.merged[rank]!;
    ids[gone] = -1;
    next[at] = next[gone]!;
    if (next[at]! < ids.length) previous[next[at]!] = at;
    offer(previous[at]!);
    offer(at);
  }
  return ids.filter((id) => id >= 0);
}

/** Numbers, the lowest first: a binary heap. */
class LowestFirst {
  readonly #heap: number[] = [];

  push(key: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0 && heap[(at - 1) >> 1]! > key) {
      heap[at] = heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    heap[at] = key;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= last) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
