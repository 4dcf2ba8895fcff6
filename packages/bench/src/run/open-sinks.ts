import type { TelemetrySink, TelemetryStart } from '@moekit/models';

/** Sinks that are open, as one. */
export type OpenSinks = Required<Omit<TelemetrySink, 'open'>>;

/** Opens sinks one after the other; where one cannot be opened, those before it are closed. @throws what they throw */
export async function openSinks(
  sinks: readonly TelemetrySink[],
  start: TelemetryStart,
): Promise<OpenSinks> {
  const opened: TelemetrySink[] = [];
  const close = () => all(opened.map((sink) => sink.close?.()));
  try {
    for (const sink of sinks) {
      await sink.open?.({ ...start });
      opened.push(sink);
    }
  } catch (error) {
    await close().catch(() => undefined); // the first error is the one to tell
    throw error;
  }
  const writing: Promise<void>[] = [];
  const written = () => all(writing.splice(0));
  return {
    write: (event) => {
      for (const sink of opened) {
        const writes = sink.write(event);
        writes?.catch(() => undefined); // `sync` and `close` throw it
        if (writes) writing.push(writes);
      }
    },
    sync: () => inTurn(written, () => all(opened.map((sink) => sink.sync?.()))),
    close: () => inTurn(written, close),
  };
}

/** Does the second also where the first fails. @throws what fails first */
async function inTurn(first: () => Promise<void>, second: () => Promise<void>): Promise<void> {
  const [before] = await Promise.allSettled([first()]);
  await second();
  if (before?.status === 'rejected') throw before.reason;
}

/** Waits for every one, also where one fails. */
async function all(works: readonly (Promise<void> | void)[]): Promise<void> {
  const settled = await Promise.allSettled(works);
  for (const work of settled) if (work.status === 'rejected') throw work.reason;
}
