/** Nats per token that no guess exceeds: a uniform one among 480 million tokens takes as much. */
const LARGEST_GUESS = 20;

/** The largest float32: models compute in it, so no figure of theirs is beyond. */
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** Whether a run that went on computes nothing that means anything. */
export function isNonsense(metrics: Readonly<Record<string, number>>): boolean {
  return Object.entries(metrics).some(([name, value]) => isAbsurd(value, name === 'loss'));
}

/** A figure that is not finite or beyond float32, a loss that is further from 0 than any guess. */
export function isAbsurd(value: number, inNats: boolean): boolean {
  return !(Math.abs(value) <= (inNats ? LARGEST_GUESS : LARGEST_FLOAT));
}
