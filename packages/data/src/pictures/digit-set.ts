/** Side of a digit's image, in pixels. */
export const DIGIT_SIDE = 28;

/** Images of handwritten digits with what they show. */
export interface Digits {
  readonly name: string;
  readonly attribution: string;
  /** [n, 28, 28] grey values, 0 is background. */
  readonly images: Uint8Array;
  /** [n] from 0 to 9. */
  readonly labels: Uint8Array;
  /** Indices to train on. */
  readonly train: Int32Array;
  /** The others: every fifth, so that both halves of the file (of different writers) are in both. */
  readonly heldOut: Int32Array;
}
