/** Sizes of the heads of one batch. */
export interface HeadsShape {
  readonly batchSize: number;
  readonly length: number;
  readonly numHeads: number;
  readonly headWidth: number;
}
