interface WebAssemblyGlobal {
  validate(bytes: Uint8Array): boolean;
}

/** Smallest module that uses a SIMD instruction: (func (drop (v128.const 0))). */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12],
  ...new Array<number>(16).fill(0),
  ...[26, 11],
);

/** Tells whether this runtime has WebAssembly and its SIMD instructions. */
export function webAssemblySupport(): { readonly present: boolean; readonly simd: boolean } {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyGlobal };
  return {
    present: WebAssembly !== undefined,
    simd: WebAssembly?.validate(SIMD_MODULE) ?? false,
  };
}
