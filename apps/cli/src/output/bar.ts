import { paint } from './paint.js';
import type { Part } from './text/fit-line.js';

/** Characters of a bar. */
const WIDTH = 20;

/** A bar of so many characters, filled to a share; empty for what is no number. */
export function bar(share: number, width = WIDTH): string {
  const full = fullOf(share, width);
  return paint.cyan('█'.repeat(full)) + paint.dim('░'.repeat(width - full));
}

/** The same as a part of a line. */
export function barPart(share: number, importance: number): Part {
  const full = fullOf(share, WIDTH);
  const text = '█'.repeat(full) + '░'.repeat(WIDTH - full);
  return { text, importance, paint: () => bar(share) };
}

function fullOf(share: number, width: number): number {
  return Math.round(width * Math.min(1, Math.max(0, share || 0)));
}
