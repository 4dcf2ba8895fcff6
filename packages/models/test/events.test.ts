import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROUTING_FIGURES } from '@moekit/core';
import { PbfReader } from 'pbf';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { TrainEvent } from '../src/contract.js';
import { AppendedFile } from '../src/run/events/appended-file.js';
import { EventLog, readEvents } from '../src/run/events/event-log.js';
import { frameRecord } from '../src/run/events/tensorboard-record.js';
import { TensorboardWriter } from '../src/run/events/tensorboard-writer.js';
import { askPython, pythonLacks } from './python.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'moekit-events-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const flops = { router: 1, experts: 2, attention: 3, rest: 4, total: 10 };
const routing = {
  tokens: 10,
  tokensPerExpert: [6, 2],
  selectedPairs: 10,
  dispatchedPairs: 8,
  paddedPairs: 8,
  tokensByExperts: [0, 8, 0],
  nullSlots: 0,
  zeroComputeTokens: 1,
  entropy: 0.5,
  nullMass: 0,
  dilution: 0,
};

function step(n: number): TrainEvent {
  return {
    type: 'step',
    step: n,
    steps: 9,
    loss: 1 / n,
    routerLoss: 0.01,
    metrics: { loss: 1 / n },
    learningRate: 0.1,
    gradientNorm: 2,
    tokens: 10,
    flops,
    seconds: 0.5,
    layers: [routing],
  };
}

function evaluation(n: number): TrainEvent {
  const figures = { limited: { loss: 2 / n }, dropFree: { loss: 1.5 / n } };
  return {
    type: 'evaluation',
    step: n,
    evaluation: { ...figures, targets: 8, tokens: 8, flops, layers: [routing] },
  };
}

async function logged(path: string): Promise<string[]> {
  const seen: string[] = [];
  for await (const { type, step: n } of readEvents(path)) seen.push(`${type} ${n}`);
  return seen;
}

async function write(path: string, events: readonly TrainEvent[], afterStep?: number) {
  const log = await EventLog.open(path, afterStep === undefined ? {} : { afterStep });
  for (const event of events) log.write(event);
  await log.sync();
  await log.close();
}

describe('the event log', () => {
  test('is one event a line, read back as it was', async () => {
    const path = join(folder, 'deeper', 'events.jsonl');
    const events = [step(1), evaluation(1), step(2)];
    await write(path, events);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
    const read: TrainEvent[] = [];
    for await (const event of readEvents(path)) read.push(event);
    expect(read).toEqual(events);
  });

  test('of a run that goes on loses what comes again, and a line that was cut off', async () => {
    const path = join(folder, 'events.jsonl');
    await write(path, [step(1), step(2), evaluation(2), step(3), step(4)]);
    appendFileSync(path, '{"type":"step","step":5,"lo');
    expect(await logged(path)).toEqual(['step 1', 'step 2', 'evaluation 2', 'step 3', 'step 4']);
    await write(path, [step(3)], 2);
    expect(await logged(path)).toEqual(['step 1', 'step 2', 'evaluation 2', 'step 3']);
    await write(path, [step(1)], 0);
    expect(await logged(path)).toEqual(['step 1']);
  });

  test('a whole event without its line break was cut off too', async () => {
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, `${JSON.stringify(step(1))}\n${JSON.stringify(step(2))}`);
    expect(await logged(path)).toEqual(['step 1']);
    await write(path, [step(2)], 2);
    expect(await logged(path)).toEqual(['step 1', 'step 2']);
  });

  test('of a run that goes on is cut between lines, whatever ended them and whatever they say', async () => {
    const path = join(folder, 'events.jsonl');
    const lines = [1, 2, 3].map((n) => JSON.stringify({ ...step(n), note: 'a\u2028b \u00fc' }));
    writeFileSync(path, `\ufeff${lines.join('\r\n')}\r\n{"type":"st`);
    expect(await logged(path)).toEqual(['step 1', 'step 2', 'step 3']);
    await write(path, [step(3)], 2);
    const kept = `\ufeff${lines.slice(0, 2).join('\r\n')}\r\n`;
    expect(readFileSync(path, 'utf8')).toBe(`${kept}${JSON.stringify(step(3))}\n`);
    expect(await logged(path)).toEqual(['step 1', 'step 2', 'step 3']);
  });

  test('with bytes that are not UTF-8 is refused as it is', async () => {
    const path = join(folder, 'events.jsonl');
    const text = `${JSON.stringify(step(1))}\n{"type":"step","step":2,"note":"\xff"}\n`;
    writeFileSync(path, text, 'latin1');
    await expect(EventLog.open(path, { afterStep: 1 })).rejects.toMatchObject({
      code: 'MODELS_LOG',
    });
    await expect(logged(path)).rejects.toMatchObject({ code: 'MODELS_LOG' });
    expect(readFileSync(path, 'latin1')).toBe(text);
  });

  test('that is empty, as a run leaves it that failed at once, is begun again', async () => {
    const path = join(folder, 'events.jsonl');
    await (await EventLog.open(path)).close();
    await write(path, [step(1)]);
    expect(await logged(path)).toEqual(['step 1']);
  });

  test('cut off by a power failure in the middle of a line resumes', async () => {
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, `${JSON.stringify(step(1))}\n{"type"\0\0\0`);
    await write(path, [step(2)], 1);
    expect(await logged(path)).toEqual(['step 1', 'step 2']);
  });

  test.skipIf(!existsSync('/dev/full'))(
    'on a full disk is a coded error, when it is waited for',
    async () => {
      const refused = { code: 'MODELS_LOG', message: expect.stringContaining('ENOSPC') as string };
      const full = async () => new AppendedFile('full', await open('/dev/full', 'a'));
      const synced = await full();
      synced.append('x');
      await expect(synced.sync()).rejects.toMatchObject(refused);
      const closed = await full();
      closed.append('x');
      await expect(closed.close()).rejects.toMatchObject(refused);
      for (const afterStep of [0, 1]) {
        const opened = EventLog.open('/dev/full', { afterStep }); // endless zeros, if it is read
        await expect(opened).rejects.toMatchObject({ code: 'MODELS_LOG' });
      }
    },
  );

  test('never writes over a foreign file, nor over the log of a run that is not resumed', async () => {
    const path = join(folder, 'notes.txt');
    for (const text of [
      'my notes\n',
      '{"type":"step"}\n',
      '[]\n',
      '\n',
      'my notes, without a line break',
      '{"type":1',
      '{"type":"step","step":1}\nx\n',
    ]) {
      writeFileSync(path, text);
      const refused = { code: 'MODELS_LOG' };
      await expect(EventLog.open(path)).rejects.toMatchObject(refused);
      await expect(EventLog.open(path, { afterStep: 3 })).rejects.toMatchObject(refused);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  test('a path that cannot be written is a coded error', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'events.jsonl');
    const refused = { code: 'MODELS_LOG' };
    await expect(EventLog.open(path)).rejects.toMatchObject(refused);
    await expect(TensorboardWriter.open(path)).rejects.toMatchObject(refused);
  });
});

/** The steps at which a folder's files, in the order of their names, say that a run starts again. */
function restarts(): number[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const steps: number[] = [];
      const bytes = readFileSync(join(folder, name));
      for (let at = 0; at < bytes.length; at += Number(bytes.readBigUInt64LE(at)) + 16) {
        const pbf = new PbfReader(
          bytes.subarray(at + 12, at + 12 + Number(bytes.readBigUInt64LE(at))),
        );
        let step = 0;
        pbf.readFields((tag) => {
          if (tag === 2) step = pbf.readVarint();
          if (tag === 7) steps.push(step);
        }, undefined);
      }
      return steps;
    });
}

test('TensorBoard starts again where a run does, also before its first checkpoint and when the clock went back', async () => {
  vi.setSystemTime(2_000_000_000_000);
  for (const afterStep of [undefined, 0, 2]) {
    await (
      await TensorboardWriter.open(folder, afterStep === undefined ? {} : { afterStep })
    ).close();
    vi.setSystemTime(1_000_000_000_000);
  }
  vi.useRealTimers();
  expect(restarts()).toEqual([1, 3]);
});

test('a record has the checksums of its format', () => {
  const record = Buffer.from(frameRecord(new TextEncoder().encode('123456789')));
  expect(record.readBigUInt64LE(0)).toBe(9n);
  const crc = 0xe3069283; // crc32c of "123456789", the check value of every catalogue
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  expect(record.readUInt32LE(21)).toBe((rotated + 0xa282ead8) % 2 ** 32);
});

const lacking = pythonLacks('tensorboard.backend.event_processing.event_accumulator');
describe.skipIf(lacking)(`TensorBoard's own reader ${lacking ?? ''}`, { timeout: 120_000 }, () => {
  const program = `import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1]); a.Reload()
print(json.dumps({t: [[e.step, e.value] for e in a.Scalars(t)] for t in a.Tags()["scalars"]}))`;

  test('reads every figure, and of a run that went on each step once', async () => {
    const first = await TensorboardWriter.open(folder);
    [1, 2, 3, 4].forEach((n) => first.write(step(n)));
    first.write(evaluation(2));
    await first.close();
    const second = await TensorboardWriter.open(folder, { afterStep: 2 });
    [3, 4, 5].forEach((n) => second.write(step(n * 10)));
    await second.close();
    expect(readdirSync(folder)).toHaveLength(2);
    const read = askPython(program, folder) as Record<string, [number, number][]>;
    expect(read['train/loss']!.map(([n]) => n)).toEqual([1, 2, 30, 40, 50]);
    expect(read['train/loss']![1]![1]).toBeCloseTo(0.5, 6);
    expect(read['validation/loss']).toEqual([[2, 1]]);
    expect(read['moe.0/dropped share']![0]![1]).toBeCloseTo(0.2, 6);
    expect(Object.keys(read)).toHaveLength(8 + Object.keys(ROUTING_FIGURES).length);
  });
});
