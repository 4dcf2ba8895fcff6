import type { SizeClass } from '../contract/explanation.js';

/** The batch of all experts in their own order, the idle ones too. */
export function oneClass(rowsPerExpert: readonly number[]): readonly SizeClass[] {
  return [{ experts: [...rowsPerExpert.keys()], capacity: Math.max(0, ...rowsPerExpert) }];
}

/**
 * Experts that have rows, sorted by falling load and cut into at most `most` classes so that the fewest rows are added.
 * Formula:  cost(i, c) = min over j > i of (j - i) load_i + cost(j, c - 1), by dynamic programming
 */
export function sizeClasses(rowsPerExpert: readonly number[], most = 4): readonly SizeClass[] {
  const order = [...rowsPerExpert.keys()]
    .filter((e) => rowsPerExpert[e]! > 0)
    .sort((a, b) => rowsPerExpert[b]! - rowsPerExpert[a]! || a - b);
  const loads = order.map((e) => rowsPerExpert[e]!);
  const ends = cuts(loads, most);
  return ends.map((end, index) => {
    const start = index === 0 ? 0 : ends[index - 1]!;
    return { experts: order.slice(start, end), capacity: loads[start]! };
  });
}

/** Where each class ends. */
function cuts(loads: readonly number[], most: number): number[] {
  const n = loads.length;
  let cost = new Array<number>(n + 1).fill(Infinity); // of the loads from i on, with no class left
  cost[n] = 0;
  const ends: number[][] = [];
  for (let classes = 0; classes < most; classes++) {
    const end = ends[0]?.slice() ?? new Array<number>(n + 1).fill(n);
    const next = cost.slice();
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j <= n; j++) {
        const total = (j - i) * loads[i]! + cost[j]!;
        if (total < next[i]!) [next[i], end[i]] = [total, j];
      }
    }
    cost = next;
    ends.unshift(end);
  }
  return follow(ends, n);
}

function follow(ends: readonly (readonly number[])[], n: number): number[] {
  const found: number[] = [];
  for (let at = 0, level = 0; at < n && level < ends.length; level++) {
    at = ends[level]![at]!;
    found.push(at);
  }
  return found;
}
