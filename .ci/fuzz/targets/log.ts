import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { EventLog, readEvents } from '../../../packages/models/src/run/events/event-log.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const event = (step: number, type = 'step') =>
  ({ type, step, loss: 1 / step, layers: [] }) as never;
const seed = [1, 2, 3, 4, 5, 6].map((step) => JSON.stringify(event(step))).join('\n') + '\n';

/** A run resumes at step 4: what was logged up to there stays as it is, and the log can be read afterwards. */
const log: Target = {
  name: 'event log',
  form: 'bytes',
  seeds: () => [Buffer.from(seed), Buffer.from(seed.replaceAll('\n', '\r\n'))],
  async read(input, folder) {
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, input);
    try {
      const file = await EventLog.open(path, { afterStep: 4 });
      file.write(event(5));
      await file.close();
    } catch (error) {
      must(readFileSync(path).equals(input), 'a log that is refused was changed');
      throw error;
    }
    const kept = readFileSync(path);
    const last = kept.lastIndexOf(JSON.stringify(event(5)));
    must(last >= 0, 'the new event is not there');
    must(kept.subarray(0, last).equals(input.subarray(0, last)), 'old lines were changed');
    const steps: number[] = [];
    for await (const { step } of readEvents(path)) steps.push(step);
    must(
      steps.at(-1) === 5 && steps.slice(0, -1).every((step) => step <= 4),
      `steps are ${steps.join()}`,
    );
  },
};

export const logs = [log];
