type Environment = Readonly<Record<string, string | undefined>>;

/** Larger than any tensor, and still what glibc takes for a number. */
const NEVER = String(2 ** 34);

/**
 * Variables that make glibc keep the memory of freed tensors instead of handing it back and faulting every page in
 * again, which takes five times as long as writing 64 MiB (docs/kernels.md). They count for a process that starts with
 * them: pass them to a child. Other C libraries ignore them; what the user has exported stays.
 */
export function keepMemory(env: Environment = process.env): Record<string, string> {
  return {
    MALLOC_MMAP_THRESHOLD_: env['MALLOC_MMAP_THRESHOLD_'] ?? NEVER,
    MALLOC_TRIM_THRESHOLD_: env['MALLOC_TRIM_THRESHOLD_'] ?? NEVER,
  };
}
