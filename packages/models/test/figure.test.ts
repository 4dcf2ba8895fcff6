import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

import type { TrainEvent } from '../src/contract.js';
import { EventLog, readEvents } from '../src/events/event-log.js';
import { figure, parseFigures, stringifyFigures } from '../src/figure.js';

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
