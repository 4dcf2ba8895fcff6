import { z } from 'zod';

import type { CardConfig } from './repository.js';

/** Words of a card: they come to messages and manifests, so that control characters and novels are not let through. */
const word = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** A name; YAML reads some as numbers or truth values. */
const name = z.union([word, z.number().transform(String), z.boolean().transform(String)]);

const words = z.union([word.transform((text) => [text]), z.array(word).max(10_000)]);

/** All the forms that `data_files` may have: patterns alone are the training split. */
const dataFiles = z.union([
  words.transform((train) => ({ train })),
  z
    .array(z.object({ split: name, path: words }))
    .max(1000)
    .transform((list) => Object.fromEntries(list.map(({ split, path }) => [split, path]))),
  z.record(word, words),
]);

const configSchema = z.object({
  config_name: name,
  default: z.boolean().optional(),
  data_dir: word.optional(),
  data_files: dataFiles.optional(),
});

const cardSchema = z.object({
  license: z
    .union([word, z.array(word).max(100)])
    .optional()
    .catch(undefined),
  license_name: word.optional().catch(undefined),
  configs: z.array(z.unknown()).max(20_000).catch([]),
});

/**
 * The licence and the configs in the card of a data set. Anyone may write anything there: a config that is odd
 * has no files, rather than others than the card means.
 */
export function readCard(cardData: unknown): {
  readonly license: string | null;
  readonly configs: readonly CardConfig[];
} {
  const card = cardSchema.safeParse(cardData ?? {});
  if (!card.success) return { license: null, configs: [] };
  const { license, license_name: licenseName, configs } = card.data;
  const named = [license ?? []]
    .flat()
    .map((text) => (text === 'other' && licenseName ? licenseName : text));
  return { license: named.join(', ') || null, configs: configs.map(configOf) };
}

const ODD: CardConfig = { name: 'default', isDefault: false, splits: {} };

function configOf(config: unknown): CardConfig {
  const { data } = configSchema.safeParse(config);
  if (!data) return ODD;
  return {
    name: data.config_name,
    isDefault: data.default ?? false,
    folder: data.data_dir,
    splits: data.data_files,
  };
}
