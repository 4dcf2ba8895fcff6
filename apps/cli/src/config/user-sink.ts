import { parts } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { TelemetrySink } from '@moekit/models';
import type { DependencyContainer } from 'tsyringe';

import type { SinkFactory } from './define-config.js';

/** Seconds that a sink may take to open, sync or close. */
const PATIENCE = 30;

/**
 * A sink of the user's own. It is given copies, so that it changes no figure; what it throws is a warning, after which
 * the run continues without it.
 */
export function userSink(
  make: SinkFactory,
  { run, name }: { readonly run: DependencyContainer; readonly name: string },
): TelemetrySink {
  const warn = resolveBinding(run, parts.warn);
  let sink: TelemetrySink | null = null;
  const drop = (error: unknown) => {
    if (sink) warn(`${name} failed, and the run continues without it: ${messageOf(error)}`);
    sink = null;
  };
  const attempt = async (work: () => unknown) => {
    try {
      await inTime(work());
    } catch (error) {
      drop(error);
    }
  };
  const writes = new Set<Promise<void>>();
  const afterWrites = async (work: () => unknown) => {
    await Promise.all(writes);
    await attempt(work);
  };
  return {
    open: (start) => {
      sink = { write: () => undefined }; // a factory that throws is dropped like any other
      return attempt(async () => {
        sink = await make(structuredClone(resolveBinding(run, parts.run)));
        await sink?.open?.(start);
      });
    },
    write: (event) => {
      if (!sink) return;
      const write = attempt(() => sink?.write(structuredClone(event)));
      writes.add(write);
      void write.then(() => writes.delete(write));
    },
    sync: () => afterWrites(() => sink?.sync?.()),
    close: () => afterWrites(() => sink?.close?.()),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @throws an Error where a promise is pending for too long */
async function inTime(work: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it took over ${PATIENCE} seconds`)),
      PATIENCE * 1000,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
