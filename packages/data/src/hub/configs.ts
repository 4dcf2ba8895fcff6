import picomatch from 'picomatch';

import { fail } from '../errors.js';
import { inTime } from '../texts/in-time.js';
import { shown } from '../texts/text-errors.js';
import type { CardConfig, HubFile, HubListing } from './repository.js';
import type { Splits } from './splits.js';
import { grouped, isReadable, splitsByName } from './splits.js';

/** Branch where the Hub keeps data sets of any form as Parquet. */
export const CONVERTED = 'refs/convert/parquet';

/** For the patterns of a split, ms. */
const LONGEST_SEARCH = 3000;

/** A part of a data set that is used by itself: a language, a size. */
export interface DatasetConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Never empty, and of files that can be read. */
  readonly splits: Splits;
}

/** The configs of a data set that hold files moekit can read: those that its card names, else one of all files. */
export function configsOf({ configs, files }: HubListing): readonly DatasetConfig[] {
  const named = configs.map((config) => ({
    name: config.name,
    isDefault: config.isDefault,
    splits: splitsOf(config, files),
  }));
  const all = { name: 'default', isDefault: true, splits: splitsByName(files) };
  return (configs.length > 0 ? named : [all]).filter(({ splits }) => splits.size > 0);
}

function splitsOf({ folder, splits }: CardConfig, files: readonly HubFile[]): Splits {
  const inside = folder === undefined ? '' : `${clean(folder).replace(/\/+$/, '')}/`;
  if (!splits) return splitsByName(files.filter(({ path }) => path.startsWith(inside)));
  const found = Object.entries(splits).map(([split, patterns]) => {
    const some = matching(
      files.filter(isReadable),
      patterns.map((one) => `${inside}${clean(one)}`),
    );
    return [split, grouped(some, () => split).get(split) ?? []] as const;
  });
  return new Map(found.filter(([, some]) => some.length > 0));
}

/** Anyone may have written the patterns, and some would take for ever. @throws DATA_HUB_ANSWER */
function matching(files: readonly HubFile[], patterns: readonly string[]): readonly HubFile[] {
  try {
    return inTime(() => {
      const matches = picomatch([...patterns]);
      return files.filter(({ path }) => matches(path));
    }, LONGEST_SEARCH);
  } catch (cause) {
    throw fail('DATA_HUB_ANSWER', {
      asked: 'The card of a data set must name its files by patterns that can be searched',
      got: shown(`${patterns.join(', ')}: ${(cause as Error).message}`),
      fix: 'Choose another config or data set, or download its files and give their folder.',
      cause,
    });
  }
}

const clean = (path: string) => path.replace(/^(\.?\/)+/, '');

/** The configs of the converted branch: `CONFIG/SPLIT/0000.parquet`, the split `partial-SPLIT` where it is cut short. */
export function convertedConfigs({ files }: HubListing): readonly DatasetConfig[] {
  const readable = files.filter((file) => isReadable(file) && /^[^/]+\/[^/]+\//.test(file.path));
  const parts = (file: HubFile) => file.path.split('/');
  return [...grouped(readable, (file) => parts(file)[0])].map(([name, some]) => ({
    name,
    isDefault: name === 'default',
    splits: grouped(some, (file) => parts(file)[1]!.replace(/^partial-/, '')),
  }));
}
