import * as tf from '@tensorflow/tfjs';
import { expect, it, vi } from 'vitest';

import { countTokens, createTokenMask } from '../../src/index.js';
import { onEachBackend } from '../backends.js';

onEachBackend('countTokens', () => {
  it('is the number of rows without a mask', () => {
    expect(countTokens(7, undefined)).toBe(7);
  });

  it('reads nothing of a mask that createTokenMask made', async () => {
    const mask = createTokenMask(Float32Array.of(1, 0, 1, 1));
    expect(Array.from(await mask.data())).toEqual([1, 0, 1, 1]);
    const read = vi.spyOn(tf.engine().backend, 'readSync');
    expect(countTokens(4, mask)).toBe(3);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  it('reads any other mask once', () => {
    const mask = tf.tensor1d([0, 1, 1]);
    const read = vi.spyOn(tf.engine().backend, 'readSync');
    expect([countTokens(3, mask), countTokens(3, mask)]).toEqual([2, 2]);
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRestore();
  });

  it('counts again after a variable is assigned', () => {
    const mask = tf.variable(tf.tensor1d([0, 1, 1]));
    expect(countTokens(3, mask)).toBe(2);
    mask.assign(tf.tensor1d([0, 0, 1]));
    expect(countTokens(3, mask)).toBe(1);
  });

  it('says how to avoid a read that the backend cannot do', () => {
    const mask = tf.tensor1d([0, 1]);
    const read = vi.spyOn(mask, 'dataSync').mockImplementation(() => {
      throw new Error('OffscreenCanvas is not defined');
    });
    expect(() => countTokens(2, mask)).toThrow(
      expect.objectContaining({
        code: 'MOE_SYNC_READ',
        message: expect.stringContaining('createTokenMask'),
      }),
    );
    read.mockRestore();
  });
});
