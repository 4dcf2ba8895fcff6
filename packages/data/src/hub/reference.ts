import { fail } from '../errors.js';

const SCHEME = 'hf:';

/** The options of a data set, after its name. */
const DATASET_OPTIONS = ['config', 'split', 'validation', 'field', 'revision'] as const;

/** The options of a model whose tokenizer is used. */
const MODEL_OPTIONS = ['revision'] as const;

/** Something on the Hub, as a user names it. */
export interface HubReference<Option extends string> {
  /** `owner/name`, or a name alone as the oldest data sets have. */
  readonly name: string;
  readonly options: Readonly<Partial<Record<Option, string>>>;
}

export type DatasetReference = HubReference<(typeof DATASET_OPTIONS)[number]>;
export type ModelReference = HubReference<(typeof MODEL_OPTIONS)[number]>;

/** Whether a text names something on the Hugging Face Hub (`hf:...`), and no file. */
export function isHubReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** Reads `hf:owner/name?config=C&split=S`. @throws DATA_HUB_REFERENCE */
export function datasetReference(text: string): DatasetReference {
  return parse(text, DATASET_OPTIONS);
}

/** Reads `hf:owner/name?revision=R`. @throws DATA_HUB_REFERENCE */
export function modelReference(text: string): ModelReference {
  return parse(text, MODEL_OPTIONS);
}

function parse<Option extends string>(
  text: string,
  known: readonly Option[],
): HubReference<Option> {
  const [name = '', query = '', ...rest] = text.trim().slice(SCHEME.length).split('?');
  const options = [...new URLSearchParams(query)];
  const wrong = options.find(([key, value]) => !isKnown(key, known) || value === '');
  const leads = options.some(([key, value]) => key === 'revision' && !isRevision(value));
  if (rest.length > 0 || wrong || leads || !/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(name)) {
    throw fail('DATA_HUB_REFERENCE', {
      asked: `A reference to the Hugging Face Hub must have the form hf:owner/name?option=value&option=value, with the options ${known.join(', ')}`,
      got: JSON.stringify(text),
      fix: 'For example: hf:Salesforce/wikitext?config=wikitext-2-raw-v1',
    });
  }
  return { name, options: Object.fromEntries(options) as HubReference<Option>['options'] };
}

function isKnown(key: string, known: readonly string[]): boolean {
  return known.includes(key);
}

/** It is part of a path in the cache. */
function isRevision(text: string): boolean {
  return /^[\w-][\w./-]*$/.test(text) && !text.split('/').some((part) => /^\.*$/.test(part));
}
