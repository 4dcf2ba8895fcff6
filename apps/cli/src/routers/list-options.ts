import type { RouterPlugin } from '@moekit/core';
import { toJSONSchema } from 'zod';

/** An option as its schema declares it. */
export interface OptionEntry {
  readonly name: string;
  /** Absent where the router chooses the value itself. */
  readonly default?: unknown;
  /** `a whole number of at least 1`. */
  readonly accepts: string;
  readonly description: string;
}

/** The part of a JSON Schema that options are made of. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Anything that has options: a router, a task. */
type HasOptions = Pick<RouterPlugin, 'options'>;

/**
 * The options of a plug-in in the order of its schema, those of a section after its name (`model.numLayers`).
 * @returns null where the schema cannot be listed
 */
export function listOptions({ options }: HasOptions): readonly OptionEntry[] | null {
  const schema = jsonSchemaOf(options);
  return schema === undefined ? null : entriesOf(schema, '');
}

function entriesOf({ properties = {} }: JsonSchema, section: string): OptionEntry[] {
  return Object.entries(properties).flatMap(([key, option]) => {
    const name = `${section}${key}`;
    if (option.properties) return entriesOf(option, `${name}.`);
    const { description = '' } = option;
    const fallback = 'default' in option && { default: option.default };
    return [{ name, ...fallback, accepts: accepted(option), description }];
  });
}

/** Standard JSON Schema where the library has it, zod's own function for zod. */
function jsonSchemaOf(options: RouterPlugin['options']): JsonSchema | undefined {
  const standard = options['~standard'] as (typeof options)['~standard'] & {
    readonly jsonSchema?: { input(settings: { target: string }): JsonSchema };
  };
  try {
    if (standard.vendor === 'zod')
      return toJSONSchema(options as never, { io: 'input' }) as JsonSchema;
    return standard.jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    return undefined; // a schema with parts that JSON Schema lacks
  }
}

function accepted(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((word) => `'${String(word)}'`).join(', ');
  if (schema.anyOf) return schema.anyOf.map(accepted).join(', or ');
  if (schema.type === 'string') return 'a text';
  if (schema.type === 'array') return `a list of: ${accepted(schema.items ?? {})}`;
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'integer') return ['a whole number', ...range(schema)].join(' ');
  if (schema.type === 'number') return ['a number', ...range(schema)].join(' ');
  return [schema.type ?? 'any value'].flat().join(' or ');
}

function range(schema: JsonSchema): string[] {
  const { minimum, exclusiveMinimum, maximum = Infinity, exclusiveMaximum = Infinity } = schema;
  const low = [
    ...(minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER
      ? [`of at least ${minimum}`]
      : []),
    ...(exclusiveMinimum !== undefined ? [`above ${exclusiveMinimum}`] : []),
  ];
  const high = [
    ...(maximum < Number.MAX_SAFE_INTEGER ? [`at most ${maximum}`] : []),
    ...(exclusiveMaximum < Number.MAX_SAFE_INTEGER ? [`below ${exclusiveMaximum}`] : []),
  ];
  return low.length > 0 && high.length > 0 ? [...low, 'and', ...high] : [...low, ...high];
}
