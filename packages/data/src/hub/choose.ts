import { fail } from '../errors.js';
import { listed } from '../texts/text-field.js';
import type { DatasetConfig } from './configs.js';
import type { HubFile } from './repository.js';

/** The files that are trained on and, where the data set has a split for it, validated on. */
export interface ChosenFiles {
  readonly config: string;
  readonly split: string;
  readonly train: readonly HubFile[];
  readonly validationSplit?: string;
  readonly validation?: readonly HubFile[];
}

export interface Wanted {
  readonly config?: string | undefined;
  readonly split?: string | undefined;
  readonly validation?: string | undefined;
}

/**
 * The config and splits that are asked for. Without a split named, training is on `train` and validation on `validation`,
 * else `test`; a split that is named stands alone, its last tenth held out, unless another is named for validation.
 * @param name of the data set, for messages      @throws DATA_HUB_SPLIT
 */
export function chooseFiles(
  configs: readonly DatasetConfig[],
  wanted: Wanted,
  name: string,
): ChosenFiles {
  const config = chooseConfig(configs, wanted.config, name);
  const train = chooseSplit(config, wanted.split, name);
  const held =
    wanted.validation ?? (wanted.split === undefined ? heldOut(config, train) : undefined);
  return {
    config: config.name,
    split: train,
    train: config.splits.get(train)!,
    ...(held !== undefined && {
      validationSplit: held,
      validation: config.splits.get(chooseSplit(config, held, name))!,
    }),
  };
}

function chooseConfig(
  configs: readonly DatasetConfig[],
  wanted: string | undefined,
  name: string,
): DatasetConfig {
  const found =
    wanted !== undefined
      ? configs.find((config) => config.name === wanted)
      : configs.length === 1
        ? configs[0]
        : (configs.find(({ isDefault }) => isDefault) ??
          configs.find((config) => config.name === 'default'));
  if (found) return found;
  throw fail('DATA_HUB_SPLIT', {
    asked: `${wanted === undefined ? `${name} has several configs, and one must be named` : `${name} has no config ${wanted}`}; it has ${listed(configs.map((config) => config.name))}`,
    fix: `For example: hf:${name}?config=${encodeURIComponent(configs[0]!.name)}`,
  });
}

function chooseSplit(
  { splits, name: config }: DatasetConfig,
  wanted: string | undefined,
  name: string,
) {
  const names = [...splits.keys()];
  const split = wanted ?? (splits.has('train') || names.length > 1 ? 'train' : names[0]!);
  if (splits.has(split)) return split;
  throw fail('DATA_HUB_SPLIT', {
    asked: `Config ${config} of ${name} has no split ${split}; it has ${listed(names)}`,
    fix: `Name another: ?split=${encodeURIComponent(names[0]!)} to train on, &validation= to validate on.`,
  });
}

function heldOut({ splits }: DatasetConfig, train: string): string | undefined {
  return ['validation', 'test'].find((split) => split !== train && splits.has(split));
}
