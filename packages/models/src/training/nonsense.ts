/** Nats per token that no guess exceeds: a uniform one among 480 million tokens takes as much. */
export const LARGEST_GUESS = 20;

/** Whether a run that went on computes nothing that means anything: a figure that is not finite, a loss beyond any guess. */
export function isNonsense(metrics: Readonly<Record<string, number>>): boolean {
  const { loss } = metrics;
  const finite = Object.values(metrics).every(Number.isFinite);
  return !finite || (loss !== undefined && loss > LARGEST_GUESS);
}
