/** A row of the null-expert router: kMax slots of which `density` go to real experts, E[K] = kMax density. */
export function nullRow(label: string, kMax: number, density: number, more: object = {}) {
  return {
    router: 'null-expert',
    options: { kMax, density, ...more } as Record<string, number | string | boolean>,
    label,
  };
}

/** E[K] = 2 at every density, with the paper's names. */
export const DENSITIES = [
  ['ρ=1', 2, 1],
  ['ρ=2/3', 3, 2 / 3],
  ['ρ=1/2', 4, 0.5],
  ['ρ=1/4', 8, 0.25],
] as const;
