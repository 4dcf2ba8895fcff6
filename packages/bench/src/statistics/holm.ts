/**
 * p values adjusted for their number, so that the chance of any false rejection among them stays at the level.
 * Formula:  in ascending order  p'_i = max(p'_(i-1), min(1, (m - i + 1) p_i))      (Holm 1979)
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = Array.from({ length: pValues.length }, () => 0);
  let least = 0;
  order.forEach(({ p, index }, rank) => {
    least = Math.max(least, Math.min(1, (order.length - rank) * p));
    adjusted[index] = least;
  });
  return adjusted;
}
