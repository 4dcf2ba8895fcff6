/** The message for a run whose figures diverged. */
export const DIVERGED =
  'diverged: these figures mean nothing; lower learningRate, raise warmupSteps, or set clipNorm';
