/** Tells whether a module can be imported from here. */
export function canImport(module: string): boolean {
  try {
    import.meta.resolve(module);
    return true;
  } catch {
    return false;
  }
}
