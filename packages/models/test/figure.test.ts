import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

import type { TrainEvent } from '../src/contract.js';
import { figure, parseFigures, stringifyFigures } from '../src/figure.js';
import { EventLog, readEvents } from '../src/run/events/event-log.js';
import { isNonsense } from '../src/training/nonsense.js';

const folder = mkdtempSync(join(tmpdir(), 'moekit-figure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const figures = { loss: 710, perplexity: Infinity, change: -Infinity, ratio: NaN };
const written = '{"loss":710,"perplexity":"Infinity","change":"-Infinity","ratio":"NaN"}';

test('figures that are not finite have names in JSON', () => {
  expect(stringifyFigures(figures)).toBe(written);
  expect(parseFigures(written)).toEqual(figures);
});

test('a schema reads figures by name and as numbers; nothing else is one', () => {
  const schema = z.record(z.string(), figure);
  expect(schema.parse(JSON.parse(written))).toEqual(figures);
  expect(schema.parse(figures)).toEqual(figures);
  for (const value of [null, '1', 'infinity', '', true, [], {}]) {
    expect(figure.safeParse(value).success, JSON.stringify(value)).toBe(false);
  }
});

test('events with figures that are not finite come back as they were', async () => {
  const evaluation = { limited: figures, dropFree: figures, targets: 1, tokens: 1 };
  const event = { type: 'evaluation', step: 1, evaluation } as unknown as TrainEvent;
  const path = join(folder, 'events.jsonl');
  const log = await EventLog.open(path);
  log.write(event);
  await log.close();
  const read: TrainEvent[] = [];
  for await (const one of readEvents(path)) read.push(one);
  expect(read).toEqual([event]);
});

test('figures mean nothing where one is not finite, or the loss is beyond any guess', () => {
  const nonsense = [
    { loss: 1e5, perplexity: Infinity },
    { loss: 20.1, accuracy: 0 },
    { loss: NaN },
    { loss: 1, accuracy: NaN },
    { loss: -1e308 },
    { loss: 1, perplexity: 1e39 },
  ];
  expect(nonsense.map(isNonsense)).toEqual(nonsense.map(() => true));
  expect([{ loss: 12.3, perplexity: Math.exp(12.3) }, { accuracy: 30 }].map(isNonsense)).toEqual([
    false,
    false,
  ]);
});
