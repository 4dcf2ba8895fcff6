/** The timed passes of a layer. */
export type Pass = 'forward' | 'forward + backward';

/** One layer shape and load that the kernels are timed at. */
export interface KernelCase {
  readonly name: string;
  /** T */
  readonly tokens: number;
  /** D */
  readonly modelWidth: number;
  /** E */
  readonly numExperts: number;
  /** F */
  readonly expertWidth: number;
  /** Experts per token. */
  readonly k: number;
  /** How tokens spread over experts: evenly at random, or with popularity 1 / rank. */
  readonly load: 'balanced' | 'zipf';
  /** Share of the k pairs that are kept, as a threshold router at a lower t does. Default 1. */
  readonly kept?: number;
  /** Leaves out the loop over experts, hundreds of programs in a pass. */
  readonly withoutLoop?: boolean;
}

const at = { tokens: 4096, modelWidth: 512 } as const;

/** Few large experts, many small ones, a skewed load, very many tiny ones, a small batch, half the pairs. */
export const kernelCases: readonly KernelCase[] = [
  { ...at, name: 'E=8 F=2048 k=2', numExperts: 8, expertWidth: 2048, k: 2, load: 'balanced' },
  { ...at, name: 'E=64 F=256 k=8', numExperts: 64, expertWidth: 256, k: 8, load: 'balanced' },
  { ...at, name: 'E=64 F=256 k=8 Zipf', numExperts: 64, expertWidth: 256, k: 8, load: 'zipf' },
  {
    ...at,
    name: 'E=64 F=256 k=8 half kept',
    numExperts: 64,
    expertWidth: 256,
    k: 8,
    load: 'balanced',
    kept: 0.5,
  },
  { ...at, name: 'E=128 F=128 k=8', numExperts: 128, expertWidth: 128, k: 8, load: 'balanced' },
  {
    ...at,
    name: 'T=64 E=64 F=256 k=8',
    tokens: 64,
    numExperts: 64,
    expertWidth: 256,
    k: 8,
    load: 'balanced',
  },
];

/** Enough rows for an expert to fill several tiles, whole or half kept, as the cases above do. */
const small = { tokens: 1024, modelWidth: 128, withoutLoop: true } as const;
const narrow = { ...small, numExperts: 8, expertWidth: 64, k: 4 } as const;

/** The same kinds of load for WebGPU in software, where a product of the cases above takes minutes. */
export const softwareCases: readonly KernelCase[] = [
  { ...small, name: 'E=4 F=128 k=2', numExperts: 4, expertWidth: 128, k: 2, load: 'balanced' },
  { ...narrow, name: 'E=8 F=64 k=4', load: 'balanced' },
  { ...narrow, name: 'E=8 F=64 k=4 Zipf', load: 'zipf' },
  { ...narrow, name: 'E=8 F=64 k=4 half kept', load: 'balanced', kept: 0.5 },
];

/** Each case with its variants (`<name> Zipf`, say), which bars compare with it: they are timed in one go. */
export function families(cases: readonly KernelCase[]): KernelCase[][] {
  const within = (one: KernelCase, other: KernelCase) => one.name.startsWith(`${other.name} `);
  const roots = cases.filter((one) => !cases.some((other) => within(one, other)));
  return roots.map((root) => cases.filter((one) => one === root || within(one, root)));
}
