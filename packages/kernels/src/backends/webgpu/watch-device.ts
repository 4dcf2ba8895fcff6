import { engine, getBackend } from '@tensorflow/tfjs-core';

import { fail } from '../../errors/codes.js';

/** The few members of a GPUDevice that watching takes. */
interface Device {
  readonly queue: { onSubmittedWorkDone(): Promise<unknown> };
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: Event) => void): void;
  removeEventListener(type: 'uncapturederror', listener: (event: Event) => void): void;
}

interface DeviceBackend {
  readonly device: Device;
}

/** Reports whether the GPU ran its programs; tfjs alone continues with stale memory after an invalid shader. */
export interface DeviceWatch {
  /**
   * Waits for the work submitted so far; call it where results are awaited anyway.
   * @throws KERNELS_DEVICE with the device's first message, when it reported an error or was lost since the watch began
   */
  check(): Promise<void>;
  stop(): void;
}

/**
 * Watches the device of the current backend. Where that is not webgpu there is nothing to report.
 * @returns a watch to `check` now and then, and to `stop` at the end
 */
export function watchDevice(): DeviceWatch {
  if (getBackend() !== 'webgpu') return { check: () => Promise.resolve(), stop: () => undefined };
  const { device } = engine().backend as unknown as DeviceBackend;
  const messages: string[] = [];
  const heard = (event: Event) => messages.push(messageOf(event));
  device.addEventListener('uncapturederror', heard);
  device.lost.then(
    ({ reason, message }) => messages.push(`device lost (${reason ?? 'unknown'}): ${message}`),
    () => undefined,
  );
  return {
    check: async () => {
      await device.queue.onSubmittedWorkDone();
      await Promise.resolve(); // events of that work are delivered before its promise, a loss right after it
      if (messages.length > 0) throwDeviceError(messages);
    },
    stop: () => device.removeEventListener('uncapturederror', heard),
  };
}

function messageOf(event: Event): string {
  const { error } = event as unknown as { error?: { message?: string } };
  return error?.message ?? 'an error without a message';
}

function throwDeviceError(messages: readonly string[]): never {
  throw fail('KERNELS_DEVICE', {
    asked: `The WebGPU device reported ${messages.length} error(s), the first: ${messages[0]!.split('\n').slice(0, 4).join(' ')}`,
    fix: 'Discard the results since the last check. Report the message, or use the wasm backend.',
  });
}
