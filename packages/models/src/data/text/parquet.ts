import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import { textField } from './json-lines.js';
import { unreadable, wrongFormat } from './text-errors.js';

/**
 * The texts of a Parquet file, a row group at a time.
 * @param field which column holds the text
 * @throws MODELS_DATA_MISSING, MODELS_DATA_FORMAT
 */
export async function* parquetTexts(
  path: string,
  { field }: { readonly field: string },
): AsyncGenerator<Uint8Array> {
  const file = await asyncBufferFromFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const metadata = await read(path, () => parquetMetadataAsync(file));
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  if (!columns.includes(field)) {
    throw wrongFormat(`${path} must have a column named ${field}`, columns.join(', ') || 'none');
  }
  let rowStart = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rows);
    const group = { file, metadata, rowStart, rowEnd };
    for (const row of await read(path, () => readGroup(group, field))) {
      yield new TextEncoder().encode(`${textField(row, field, `Each row of ${path}`)}\n`);
    }
    rowStart = rowEnd;
  }
}

interface Group {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
}

function readGroup(group: Group, field: string) {
  return parquetReadObjects({ ...group, columns: [field], compressors });
}

async function read<Result>(path: string, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw wrongFormat(`${path} must be a Parquet file`, got, cause);
  }
}
