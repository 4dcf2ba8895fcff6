import { builtInTasks, experimentSchema, runSpecSchema } from '@moekit/bench';

import { builtInRouters } from '../routers/built-in-routers.js';
import { configSchema } from '../config/config-schema.js';
import type { JsonSchema, ObjectSchema } from './json-schema.js';
import { jsonSchemaOf, open, where, wordOrText } from './json-schema.js';

const DRAFT = 'http://json-schema.org/draft-07/schema#';

const routers = Object.values(builtInRouters).flat();
const routerNames = ['dense', ...routers.map(({ name }) => name)];
const taskNames = builtInTasks.map(({ name }) => name);

/** The options of every router, and data and model of every task, under their names. */
const definitions: Readonly<Record<string, JsonSchema>> = Object.fromEntries([
  ...routers.map(({ name, options, about }) => [
    `router-${name}`,
    { ...jsonSchemaOf(options), description: about?.summary ?? `Options of ${name}` },
  ]),
  ...builtInTasks.flatMap(({ name, options }) => {
    const { data, model } = jsonSchemaOf(options).properties;
    return [
      [`${name}-data`, data],
      [`${name}-model`, model],
    ];
  }),
]) as Record<string, JsonSchema>;

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });

/** The options of a row by its router. */
const byRouter = routers.map(({ name }) => {
  const options = ref(`router-${name}`);
  const evaluateAs = { items: { properties: { options } } };
  return where('router', name, { properties: { options, evaluateAs } });
});

/** A router as text, or as a name with options. */
function rowSchema(row: ObjectSchema): JsonSchema {
  const { router = {}, options, data, model } = row.properties;
  const properties = {
    ...row.properties,
    router: wordOrText(routerNames, router),
    options: open(options),
    ...(data && { data: open(data) }),
    ...(model && { model: open(model) }),
  };
  return {
    anyOf: [
      wordOrText(routerNames, { description: 'A router, with options as in topk?k=2' }),
      { ...row, properties, allOf: byRouter },
    ],
  };
}

/** Data and model by the task, in the whole and in rows of their own. */
function byTask(rows: boolean): readonly JsonSchema[] {
  return taskNames.map((name, i) => {
    const own = { data: ref(`${name}-data`), model: ref(`${name}-model`) };
    const routers = { items: { properties: own } };
    return where('task', name, { properties: rows ? { ...own, routers } : own }, i === 0);
  });
}

const editor = {
  $schema: { type: 'string', description: 'The address of this schema, for editors' },
};

function experiment(own: object = {}): JsonSchema {
  const { properties, definitions: _, ...rest } = jsonSchemaOf(experimentSchema);
  const { routers: list = {}, data, model, task = {}, ...others } = properties;
  return {
    title: 'An experiment of moekit bench and moekit sweep',
    ...rest,
    properties: {
      ...own,
      ...others,
      task: wordOrText(taskNames, task),
      data: open(data),
      model: open(model),
      routers: { ...list, items: rowSchema(list['items'] as ObjectSchema) },
    },
    allOf: byTask(true),
  };
}

function run(own: object = {}): JsonSchema {
  const { properties, definitions: _, ...rest } = jsonSchemaOf(runSpecSchema);
  const { router, data, model, task = {}, ...others } = properties;
  const { default: fallback, description, ...row } = router as ObjectSchema;
  return {
    title: 'A run of moekit train',
    ...rest,
    properties: {
      ...own,
      ...others,
      task: wordOrText(taskNames, task),
      data: open(data),
      model: open(model),
      router: { description, default: fallback, ...rowSchema(row as unknown as ObjectSchema) },
    },
    allOf: byTask(false),
  };
}

/** Plug-ins, sinks and engines that are code have no place in JSON. */
function config(): JsonSchema {
  const { properties, definitions: _, ...rest } = jsonSchemaOf(configSchema);
  const { defaults } = properties;
  const named = (what: string) => ({
    type: 'object',
    description: `${what} by name: a file or an installed package`,
    additionalProperties: { type: 'string', minLength: 1 },
    propertyNames: { pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N}_-]*$' },
  });
  const { properties: keys } = defaults as ObjectSchema;
  return {
    title: "moekit.config.json, a user's own parts and defaults",
    ...rest,
    properties: {
      ...editor,
      routers: named('Routers'),
      tasks: named('Tasks'),
      defaults: {
        ...defaults,
        description: 'Settings of commands where neither flags nor a --config file give any',
        properties: { ...keys, bench: ref('experiment'), train: ref('run') },
      },
    },
  };
}

/** The JSON Schemas of every file that people write, by file name. */
export function makeSchemas(): Readonly<Record<string, JsonSchema>> {
  const whole = (schema: JsonSchema, more: Readonly<Record<string, JsonSchema>> = {}) => ({
    $schema: DRAFT,
    ...schema,
    definitions: { ...more, ...definitions },
  });
  return {
    'experiment.json': whole(experiment(editor)),
    'run.json': whole(run(editor)),
    'config.json': whole(config(), { experiment: experiment(), run: run() }),
  };
}
