/** A pair of neighbouring token ids and its number of occurrences in the text. */
export interface PairCount {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** Pairs by falling count, ties by rising ids: a binary heap. */
export class PairQueue {
  readonly #heap: PairCount[] = [];

  push(pair: PairCount): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesFirst(pair, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = pair;
  }

  pop(): PairCount | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) this.#sink(last);
    return top;
  }

  #sink(pair: PairCount): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesFirst(heap[child + 1]!, heap[child]!)) child++;
      if (!comesFirst(heap[child]!, pair)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = pair;
  }
}

function comesFirst(a: PairCount, b: PairCount): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}
