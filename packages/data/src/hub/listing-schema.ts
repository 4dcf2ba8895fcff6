import { z } from 'zod';

/** Files of a repository; the Hub advises to have fewer than 100,000. */
export const MOST_FILES = 500_000;

/** A path below the repository's folder: it becomes one in the cache. */
const pathSchema = z.string().max(4096).refine(isInside, 'a path that leads out of the repository');

const size = z.int().min(0);
const sha1 = z.string().regex(/^[0-9a-f]{40}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A file in the cache's listing. */
export const fileSchema = z.object({ path: pathSchema, size, oid: z.union([sha1, sha256]) });

/** An entry of the Hub's listing; what is large has another hash. */
export const entrySchema = z.object({
  path: pathSchema,
  size,
  oid: sha1,
  lfs: z.object({ oid: sha256, size }).optional(),
});

/** The hash of a state of a repository; it becomes the name of a folder. */
export const infoSchema = z.object({
  name: z
    .string()
    .max(200)
    .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/),
  sha: sha1,
  cardData: z.unknown().optional(),
});

function isInside(path: string): boolean {
  return (
    !/[\\\p{Cc}\p{Cs}]/u.test(path) &&
    path.split('/').every((part) => !['', '.', '..'].includes(part))
  );
}
