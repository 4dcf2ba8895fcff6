import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { z } from 'zod';

import type { TrainEvent } from '../../contract.js';
import { fail } from '../../errors.js';
import { parseFigures } from '../../figure.js';

const TYPES = ['step', 'evaluation', 'continuation', 'early-stop'] as const;

const lineSchema = z.looseObject({ type: z.enum(TYPES), step: z.int().min(1) });

/** How every line begins. */
const START = '{"type":"';
/** No event is near this many bytes. */
const LONGEST = 2 ** 26;
const LINE_FEED = 0x0a;

/** A line of a log: an event, and the bytes of the file up to its end. */
export interface LogLine {
  readonly event: TrainEvent;
  readonly end: number;
}

/**
 * Reads a log line by line; one that a kill cut off at the end is left out.
 * @throws MODELS_LOG on what is not an event
 */
export async function* readLines(path: string): AsyncGenerator<LogLine> {
  let end = 0;
  for await (const { line, whole } of linesOf(path)) {
    const text = decode(line, end === 0);
    if (!whole) return assertCutOff(path, text);
    end += line.length + 1;
    const event = text === undefined ? undefined : parseLine(text);
    if (event === undefined) throw notALog(path, text ?? line.toString('latin1'));
    yield { event, end };
  }
}

/** The bytes between line feeds; the last ones, without one, are not a whole line. */
async function* linesOf(path: string): AsyncGenerator<{ line: Buffer; whole: boolean }> {
  if (!(await stat(path)).isFile()) throw notALog(path, undefined);
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at; (at = chunk.indexOf(LINE_FEED, from)) >= 0; from = at + 1) {
      yield { line: Buffer.concat([...rest, chunk.subarray(from, at)]), whole: true };
      [rest, size] = [[], 0];
    }
    rest.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > LONGEST) throw notALog(path, rest[0]!.toString('latin1'));
  }
  if (size > 0) yield { line: Buffer.concat(rest), whole: false };
}

/** A line's text, without the mark that an editor sets before the first; undefined where it is not UTF-8. */
function decode(line: Buffer, first: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: !first }).decode(line);
  } catch {
    return undefined;
  }
}

function parseLine(line: string): TrainEvent | undefined {
  try {
    return lineSchema.parse(parseFigures(line)) as unknown as TrainEvent;
  } catch {
    return undefined;
  }
}

/** The fields of an event that are checked; a disk that lost its power may have zeros instead. */
function assertCutOff(path: string, text = ''): void {
  const written = text.replace(/\0+$/, '');
  if (written.startsWith(START) || START.startsWith(written)) return;
  throw notALog(path, text);
}

function notALog(path: string, line: string | undefined) {
  return fail('MODELS_LOG', {
    asked: `${path} must be a log of training events`,
    got: line === undefined ? 'no file' : `the line ${JSON.stringify(line.slice(0, 60))}`,
    fix: 'Give another file; this one is left unchanged.',
  });
}
