/** The parts of a router's text: a source, and which of its exports is the plug-in. */
export interface Reference {
  /** A registered name, a file, a folder or a package. */
  readonly source: string;
  readonly exportName: string;
}

/** `./file.ts#name` is the export `name` of ./file.ts; without a fragment it is the default export. */
export function parseReference(router: string): Reference {
  const [, source, exportName] = /^(.+)#([\p{L}_$][\p{L}\p{N}_$]*)$/u.exec(router) ?? [];
  return source && exportName ? { source, exportName } : { source: router, exportName: 'default' };
}

/** True for `./router.ts`, `/a/router.js`, `router.mts#name`, `.`: a file or folder rather than a name or a package. */
export function isPath(router: string): boolean {
  const { source } = parseReference(router);
  return /^\.{0,2}[/\\]|^\.{1,2}$|^[a-z]:[/\\]|\.[cm]?[jt]sx?$/i.test(source);
}
