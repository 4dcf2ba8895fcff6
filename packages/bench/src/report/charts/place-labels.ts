/**
 * Moves labels apart that would lie over each other, as little as it can, keeping their order.
 * Equal shifts of a run of touching labels around their mean (pool adjacent violators).
 * @param wanted positions      @param gap smallest distance between two      @returns positions, in the order given
 */
export function placeLabels(
  wanted: readonly number[],
  gap: number,
  [low, high]: readonly [number, number],
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const runs: { sum: number; members: number[] }[] = [];
  order.forEach((i, rank) => {
    // in coordinates less their own gaps, labels may coincide but not cross
    let run = { sum: wanted[i]! - rank * gap, members: [i] };
    for (let last = runs.at(-1); last && mean(last) >= mean(run); last = runs.at(-1)) {
      run = { sum: last.sum + run.sum, members: [...last.members, ...run.members] };
      runs.pop();
    }
    runs.push(run);
  });
  const placed = Array<number>(wanted.length);
  let rank = 0;
  const room = Math.max(high - (wanted.length - 1) * gap, low);
  for (const run of runs) {
    const at = Math.min(Math.max(mean(run), low), room);
    for (const i of run.members) placed[i] = at + rank++ * gap;
  }
  return placed;
}

const mean = ({ sum, members }: { sum: number; members: readonly number[] }) =>
  sum / members.length;
