/** The text of src/wasm/artefacts.ts, compiled from the sources in this folder. */
export function buildArtefacts(): Promise<string>;
