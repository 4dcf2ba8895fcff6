/** What is said of a run that diverged to figures. */
export const DIVERGED =
  'diverged: these figures mean nothing; lower learningRate, raise warmupSteps, or set clipNorm';
