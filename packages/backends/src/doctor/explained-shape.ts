/** The layer that `moekit doctor` asks the kernels about: the small experts of docs/kernel-times.md. */
export const EXPLAINED = {
  tokens: 4096,
  numExperts: 64,
  k: 8,
  modelWidth: 512,
  expertWidth: 256,
} as const;
