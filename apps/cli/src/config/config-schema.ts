import { BACKEND_NAMES } from '@moekit/backends';
import { unknownOption } from '@moekit/core';
import { z } from 'zod';

import type { Config } from './define-config.js';

/** As `--routers` and `--task` can have it: no path, no option, no export. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u;

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isFunction = (value: unknown) => typeof value === 'function';

const plugin = z.union([
  z.string().min(1),
  z.custom<never>(isObject, 'must be a plug-in, a file or a package'),
]);

const plugins = z
  .record(z.string(), plugin)
  .superRefine((named, context) => {
    for (const name of Object.keys(named).filter((key) => !NAME.test(key))) {
      const message = 'a name must consist of letters, digits, - and _';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .default({});

const settings = z.record(z.string(), z.json());
const whole = z.int().min(1);

function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: unknownOption(shape) });
}

const defaults = strict({
  backend: z.enum(BACKEND_NAMES).optional().describe('A backend by name, or auto'),
  workers: whole.optional().describe('Trials at once'),
  timeout: whole.optional().describe('Seconds of silence that end a trial'),
  bench: settings.optional().describe('The experiment of moekit bench without --config'),
  train: settings.optional().describe('The run of moekit train without --config'),
});

/** The form of a configuration; what is in `bench` and `train` is checked where it is used. */
export const configSchema = strict({
  routers: plugins,
  tasks: plugins,
  sinks: z
    .array(z.custom<NonNullable<Config['sinks']>[number]>(isFunction, 'must be a function'))
    .default([]),
  engine: z.custom<NonNullable<Config['engine']>>(isFunction, 'must be a function').optional(),
  defaults: defaults.prefault({}),
});

export type ParsedConfig = z.output<typeof configSchema>;
