import { z } from 'zod';

/** A JSON Schema, or a part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Numbers, texts and lists of these, as a schema's keywords have them. */
export interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

/**
 * The JSON Schema (draft 7, which editors read) of what people write for a zod schema: keys with a default may be absent.
 * Refinements have no counterpart and are left out.
 */
export function jsonSchemaOf(schema: unknown): ObjectSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema as z.ZodType, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  });
  return plain(made) as ObjectSchema;
}

/** Keywords that say nothing to an editor: `readOnly` is meant for programs, and any JSON is any value. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const isAnyJson = /__schema\d+$/.test(
    String(refOf((value as JsonSchema)['additionalProperties'])),
  );
  const kept = Object.entries(value).filter(
    ([key, of]) =>
      !(key === 'readOnly' && of === true) &&
      !(isAnyJson && ['additionalProperties', 'propertyNames'].includes(key)),
  );
  return Object.fromEntries(kept.map(([key, of]) => [key, plain(of)]));
}

const refOf = (schema: unknown) => (Object(schema) as JsonSchema)['$ref'];

/** Values of any keys; another schema says which where it can. */
export function open(described: JsonSchema | undefined): JsonSchema {
  const { description, default: fallback } = described ?? {};
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    type: 'object',
  };
}

/** Where a member is this word, the rest fits that. @param absent the word stands for an absent member too */
export function where(member: string, word: string, then: JsonSchema, absent = false): JsonSchema {
  const is = { properties: { [member]: { const: word } } };
  return { if: absent ? is : { ...is, required: [member] }, then };
}

/** One of these words, which editors offer, or any other text. */
export function wordOrText(words: readonly string[], described: JsonSchema): JsonSchema {
  const { description, default: fallback } = described;
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    anyOf: [{ enum: words }, { type: 'string', minLength: 1 }],
  };
}
