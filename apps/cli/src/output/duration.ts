const HOUR = 3600;

/** 8 s, 1 min 5 s, 2 h 3 min; a dash for what is not a time. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / 60)} min`;
}
