export type Verdict = 'ok' | 'warning' | 'problem';

export interface Check {
  readonly verdict: Verdict;
  readonly text: string;
  /** The command that fixes it. */
  readonly fix?: string;
}

/** One line of a report: the text alone where it is good, with the advice otherwise. */
export function verdict(
  good: boolean,
  otherwise: Verdict,
  text: string,
  advice: string,
  fix?: string,
): Check {
  if (good) return { verdict: 'ok', text };
  return { verdict: otherwise, text: `${text}: ${advice}`, ...(fix ? { fix } : {}) };
}
