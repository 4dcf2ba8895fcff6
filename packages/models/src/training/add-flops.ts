import type { Flops } from '../contract.js';

export const noFlops: Flops = { router: 0, experts: 0, attention: 0, rest: 0, total: 0 };

/** Part by part. */
export function addFlops(a: Flops, b: Flops): Flops {
  return {
    router: a.router + b.router,
    experts: a.experts + b.experts,
    attention: a.attention + b.attention,
    rest: a.rest + b.rest,
    total: a.total + b.total,
  };
}

/** Part by part. */
export function scaleFlops({ router, experts, attention, rest, total }: Flops, by: number): Flops {
  return {
    router: router * by,
    experts: experts * by,
    attention: attention * by,
    rest: rest * by,
    total: total * by,
  };
}
