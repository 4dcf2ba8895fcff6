const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Where a function is least between two points: the best of a grid, then golden-section search between its neighbours. */
export function minimise(
  f: (x: number) => number,
  { from, to, points = 64 }: { from: number; to: number; points?: number },
): number {
  const step = (to - from) / points;
  const grid = Array.from({ length: points + 1 }, (_, i) => from + i * step);
  const best = grid.reduce((least, x) => (f(x) < f(least) ? x : least));
  let [low, high] = [Math.max(from, best - step), Math.min(to, best + step)];
  while (high - low > 1e-10 * step) {
    const [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (f(a) < f(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
