import pc from 'picocolors';

/** A bar of so many characters, filled to a share. */
export function bar(share: number, width = 24): string {
  const full = Math.round(width * Math.min(1, share));
  return pc.cyan('█'.repeat(full)) + pc.dim('░'.repeat(width - full));
}
