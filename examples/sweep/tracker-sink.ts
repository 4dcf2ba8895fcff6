import { setTimeout } from 'node:timers/promises';

import { stringifyFigures } from '@moekit/models';
import type { SinkFactory } from 'moekit/config';

/** Events that are sent together. */
const BATCH = 100;
const ATTEMPTS = 3;

/**
 * Sends each run to a server as experiment trackers take it: POST /runs gives an id, POST /runs/ID/events takes lines of
 * JSON, POST /runs/ID/end ends the run. A server that stays away costs the run nothing but its record there.
 */
export function trackerSink(url: string): SinkFactory {
  return ({ label, backend, spec }) => {
    const lines: string[] = [];
    let run = '';
    let sending = Promise.resolve('');
    const flush = async () => {
      const body = lines.splice(0).join('\n');
      if (body !== '') sending = sending.then(() => post(`${run}/events`, body));
      await sending;
    };
    return {
      async open({ afterStep }) {
        const { seed, task } = spec;
        const about = { name: `${task} ${label} ${seed}`, backend, afterStep, config: spec };
        run = `${url}/runs/${await post(`${url}/runs`, JSON.stringify(about))}`;
      },
      write(event) {
        // a promise: what it rejects with reaches moekit
        return lines.push(stringifyFigures(event)) < BATCH ? undefined : flush();
      },
      sync: flush,
      async close() {
        await flush();
        await post(`${run}/end`, '');
      },
    };
  };
}

/** @returns the answer      @throws after several attempts */
async function post(url: string, body: string, attempt = 1): Promise<string> {
  try {
    const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await response.text();
  } catch (error) {
    if (attempt === ATTEMPTS) throw error;
    await setTimeout(100 * 4 ** attempt);
    return post(url, body, attempt + 1);
  }
}
