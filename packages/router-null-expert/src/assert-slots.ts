import { MoekitError } from '@moekit/core';

export interface SlotsTaken {
  /** Slots that a token takes. */
  readonly k: number;
  /** N */
  readonly experts: number;
  /** Slots in all. */
  readonly slots: number;
  /** Where one option alone adds slots: what it counts, and its name. */
  readonly more?: readonly [what: string, option: string];
}

/** @throws MOE_OPTIONS when a token takes more slots than there are */
export function assertSlots(router: string, { k, experts, slots, more }: SlotsTaken): void {
  if (k <= slots) return;
  throw new MoekitError('MOE_OPTIONS', {
    asked: `Options of router ${router} must fit a layer of ${experts} experts`,
    got: more ? `k = ${k} with ${slots - experts} ${more[0]}` : `k = ${k} for ${slots} slots`,
    fix: `k: expected a whole number from 1 to ${slots}${more ? `, or more ${more[1]}` : ''}.`,
  });
}
