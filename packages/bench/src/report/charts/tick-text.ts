/** A value at an axis, short: three digits, an exponent for what is very large or small. */
export function tickText(value: number): string {
  const short = Number(value.toPrecision(3)) + 0;
  const size = Math.abs(short);
  const plain = size === 0 || (size >= 1e-3 && size < 1e5);
  return (plain ? String(short) : short.toExponential().replace('+', '')).replaceAll('-', '−');
}
