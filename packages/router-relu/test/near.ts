import { expect } from 'vitest';

/** Compares nested numbers; `relative` scales with the larger magnitude, and the floor of 1 makes it absolute below. */
export function expectNear(got: unknown, want: unknown, tolerance: number, at = ''): void {
  if (Array.isArray(want)) {
    expect(Array.isArray(got) && got.length, `${at}.length`).toBe(want.length);
    want.forEach((value, i) => expectNear((got as unknown[])[i], value, tolerance, `${at}[${i}]`));
    return;
  }
  const [a, b] = [got as number, want as number];
  const error = Math.abs(a - b) / Math.max(1, Math.abs(b));
  expect(error, `${at}: got ${a}, want ${b}`).toBeLessThanOrEqual(tolerance);
}
