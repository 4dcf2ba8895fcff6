import { getBackend, getGradient, ready, setBackend } from '@tensorflow/tfjs-core';

/**
 * Makes a backend current, and makes sure of it: setBackend falls back to another one without throwing.
 * @throws Error when the backend is not there, or no gradients are registered
 */
export async function useBackend(name: string): Promise<void> {
  const set = await setBackend(name).catch(() => false);
  await ready().catch(() => undefined);
  if (!set || getBackend() !== name) {
    throw new Error(
      `Backend ${name} is not available. Import its package in the test file (import '@tensorflow/tfjs-backend-${name}').`,
    );
  }
  if (getGradient('Sum') === undefined) {
    throw new Error("No gradients are registered. Add import '@tensorflow/tfjs' to the test file.");
  }
}
