import type { GradSaveFunc, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, customGrad, matMul, mul, reshape, slice, tensor2d } from '@tensorflow/tfjs-core';

import { assertKinds } from '../errors/assert-kinds.js';

/** Angles fall from 1 to 1/BASE radians per position across a head's pairs (Su 2021). */
const BASE = 10_000;

/** The tables that rotate queries and keys by their position; made once, owned by the model. */
export interface RotaryTables {
  readonly cosines: Tensor2D; // [L,Dh]
  readonly sines: Tensor2D; // [L,Dh]
  /** [Dh,Dh]: multiplying by it turns (a, b) into (-b, a), so a rotation needs no slicing. */
  readonly quarterTurn: Tensor2D;
}

/**
 * Tables for all positions up to the context length. Pairs are (i, i + Dh/2).
 * @param speed multiplies all angles; 0 rotates nothing, for models with learned positions
 */
export function rotaryTables(contextLength: number, headWidth: number, speed = 1): RotaryTables {
  const sizes = { contextLength: 'size', headWidth: 'size', speed: 'number' } as const;
  assertKinds('rotaryTables', { contextLength, headWidth, speed }, sizes);
  const half = headWidth / 2;
  const table = (f: (angle: number) => number): Tensor2D =>
    tensor2d(
      Float32Array.from({ length: contextLength * headWidth }, (_, i) => {
        const [position, pair] = [Math.floor(i / headWidth), (i % headWidth) % half];
        return f(speed * position * BASE ** (-pair / half));
      }),
      [contextLength, headWidth],
    );
  const turn = new Float32Array(headWidth * headWidth);
  for (let i = 0; i < half; i++) {
    turn[(i + half) * headWidth + i] = -1;
    turn[i * headWidth + i + half] = 1;
  }
  return {
    cosines: table(Math.cos),
    sines: table(Math.sin),
    quarterTurn: tensor2d(turn, [headWidth, headWidth]),
  };
}

/**
 * Rotates each pair of each row by an angle that grows with the position, so that a query and a key meet at an angle
 * that depends on their distance alone.
 * Formula:  y = x cos(p w) + turn(x) sin(p w)   (RoFormer, 2104.09864)
 * @param x float32 [B,H,L,Dh], position 0 first      @returns the same shape, owned by the caller
 *   Gradient: through x; the inverse rotation.
 */
export function rotate(x: Tensor4D, tables: RotaryTables): Tensor4D {
  const [, , length, headWidth] = x.shape;
  const turn = (t: Tensor, back: boolean) =>
    reshape(matMul(reshape(t, [-1, headWidth]), tables.quarterTurn, false, back), x.shape);
  return customGrad<Tensor4D>((...inputs) => {
    const [input, save] = inputs as [Tensor, GradSaveFunc];
    const cosines = slice(tables.cosines, 0, length); // [L,Dh]
    const sines = slice(tables.sines, 0, length); // [L,Dh]
    save([cosines, sines]);
    return {
      value: add<Tensor4D>(mul(input, cosines), mul(turn(input, false), sines)),
      gradFunc: (dy, saved) => {
        const [c, s] = saved as [Tensor, Tensor];
        return add(mul(dy, c), turn(mul(dy, s), true));
      },
    };
  })(x);
}
