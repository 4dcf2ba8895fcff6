/** The texts of src/backends/wasm/artefacts.ts and exports.ts, made from the sources in this folder. */
export function buildFiles(): Promise<Readonly<Record<string, string>>>;
