import { z } from 'zod';

import type { CardConfig } from './repository.js';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

/** All the forms that `data_files` may have: patterns alone are the training split. */
const dataFiles = z.union([
  texts.transform((train) => ({ train })),
  z
    .array(z.object({ split: z.coerce.string(), path: texts }))
    .transform((list) => Object.fromEntries(list.map(({ split, path }) => [split, path]))),
  z.record(z.string(), texts),
]);

const configSchema = z.object({
  config_name: z.coerce.string(),
  default: z.boolean().catch(false),
  data_dir: z.string().optional().catch(undefined),
  data_files: dataFiles.optional().catch(undefined),
});

const cardSchema = z.object({
  license: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  license_name: z.string().optional().catch(undefined),
  configs: z.array(configSchema).catch([]),
});

/** What the card of a data set says of its licence and its configs. Anyone may write anything there: what is odd is left out. */
export function readCard(cardData: unknown): {
  readonly license: string | null;
  readonly configs: readonly CardConfig[];
} {
  const card = cardSchema.safeParse(cardData ?? {});
  if (!card.success) return { license: null, configs: [] };
  const { license, license_name: name, configs } = card.data;
  const named = [license ?? []].flat().map((text) => (text === 'other' && name ? name : text));
  return {
    license: named.join(', ') || null,
    configs: configs.map((config) => ({
      name: config.config_name,
      isDefault: config.default,
      folder: config.data_dir,
      splits: config.data_files,
    })),
  };
}
