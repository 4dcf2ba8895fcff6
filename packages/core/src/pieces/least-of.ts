/**
 * The q-th least of some numbers and the one after it, in linear time on average (Hoare 1961, FIND).
 * @param values reordered      @param q from 1 to their count      @returns no second number where q is their count
 */
export function leastOf(
  values: Float32Array,
  q: number,
): readonly [qth: number, next: number | undefined] {
  const at = q - 1;
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[at]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (pivot < values[j]!) j--;
      if (i <= j) swap(values, i++, j--);
    }
    if (j < at) low = i;
    if (at < i) high = j;
  }
  let next: number | undefined;
  for (let i = q; i < values.length; i++) next = Math.min(next ?? Infinity, values[i]!);
  return [values[at]!, next];
}

function swap(values: Float32Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}
