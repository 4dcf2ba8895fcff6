/**
 * The statements of `write(0) .. write(count - 1)`, so that what each thread accumulates has names instead of an array
 * index: it stays in registers on every driver.
 */
export function unrolled(count: number, write: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => write(i)).join('\n');
}
