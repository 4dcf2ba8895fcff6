import type { Digits } from '@moekit/data';
import { DIGIT_SIDE } from '@moekit/data';

export interface PlacedDigit {
  readonly label: number;
  /** Index of its image. */
  readonly image: number;
  /** Upper left corner of its square, in pixels. */
  readonly x: number;
  readonly y: number;
  /** How far it is moved within its square, in pixels right and down. */
  readonly shift: { readonly x: number; readonly y: number };
}

/** A picture as it is described: digits in reading order (by their upper edge, then from the left). */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly digits: readonly PlacedDigit[];
}

/** The picture's grey values, row by row: [height * width]. */
export function paint({ width, height, digits }: Scene, { images }: Digits): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (const { image, x, y, shift } of digits) {
    const [from, to] = within(shift.x); // of the square's columns
    const [top, bottom] = within(shift.y);
    for (let row = top; row < bottom; row++) {
      const start = (image * DIGIT_SIDE + row - shift.y) * DIGIT_SIDE - shift.x;
      pixels.set(images.subarray(start + from, start + to), (y + row) * width + x + from);
    }
  }
  return pixels;
}

/** The part of a square's side that a moved image covers: from, and up to. */
function within(shift: number): [number, number] {
  return [Math.max(0, shift), Math.min(DIGIT_SIDE, DIGIT_SIDE + shift)];
}
