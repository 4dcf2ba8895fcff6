import { paint } from './paint.js';

/** A bar of so many characters, filled to a share; empty for what is no number. */
export function bar(share: number, width = 24): string {
  const full = Math.round(width * Math.min(1, Math.max(0, share || 0)));
  return paint.cyan('█'.repeat(full)) + paint.dim('░'.repeat(width - full));
}
