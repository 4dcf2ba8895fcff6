import { nextTurn } from '../next-turn.js';

/** Milliseconds between two rests: a frame of a page, and short for a client that waits for text. */
const FRAME = 16;

/**
 * Gives way to the rest of the program once per frame. Backends that compute in the call (wasm, TensorFlow) never wait, so
 * that without it a page would not draw, nor a server send, before the last token.
 */
export function createRest(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < FRAME) return;
    await nextTurn();
    last = performance.now();
  };
}
