import { createJiti } from 'jiti';

/** What Babel hands over; no more of it than is used. */
interface Source {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
}
interface Node {
  readonly source?: Source | null;
  readonly importKind?: string | null;
  readonly exportKind?: string | null;
  readonly callee?: { readonly type: string; readonly name?: string };
  readonly arguments?: readonly Source[];
  readonly moduleReference?: { readonly expression?: Source };
}
interface Visited {
  readonly node: Node;
}
interface File {
  readonly path: { traverse(visitors: Readonly<Record<string, (path: Visited) => void>>): void };
}

const isType = ({ importKind, exportKind }: Node) => importKind === 'type' || exportKind === 'type';

/**
 * The modules that a file names, as it names them: static and dynamic imports, exports from elsewhere, `require`, and
 * files by `new URL('./file', import.meta.url)`. A name that is computed after a path gives that path's folder (`./kinds/`);
 * others that are computed cannot be seen, and types are left out. Read by the parser that loads the file; what it cannot
 * parse names nothing.
 */
export function importsOf(source: string, filename: string): readonly string[] {
  const found = new Set<string>();
  const add = (named: Source | null | undefined) => {
    const start = named?.quasis?.[0]?.value.cooked ?? '';
    const folder = /^\.{1,2}\/(?:.*\/)?/.exec(start)?.[0];
    if (typeof named?.value === 'string') found.add(named.value);
    else if (folder !== undefined) found.add(named?.quasis?.length === 1 ? start : folder);
  };
  const declared = ({ node }: Visited) => void (isType(node) || add(node.source));
  const called = ({ node: { callee, arguments: given = [] } }: Visited) => {
    const loads = callee?.type === 'Import' || callee?.name === 'require' || callee?.name === 'URL';
    if (loads) add(given[0]);
  };
  const visitors = {
    ImportDeclaration: declared,
    ExportNamedDeclaration: declared,
    ExportAllDeclaration: declared,
    ImportExpression: declared,
    CallExpression: called,
    NewExpression: called,
    TSImportEqualsDeclaration: ({ node }: Visited) => add(node.moduleReference?.expression),
  };
  const collect = () => ({ pre: (file: File) => file.path.traverse(visitors) });
  const jiti = createJiti(filename, {
    fsCache: false,
    transformOptions: { babel: { plugins: [collect] } },
  });
  try {
    jiti.transform({ source, filename, ts: /\.[cm]?tsx?$/.test(filename), async: true });
  } catch {
    return []; // its loader says what is wrong
  }
  return [...found];
}
