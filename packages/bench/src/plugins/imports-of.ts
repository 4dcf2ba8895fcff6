import { createJiti } from 'jiti';

/** What Babel hands over; no more of it than is used. */
interface Source {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
}
interface Node extends Source {
  readonly source?: Source | null;
  readonly importKind?: string | null;
  readonly exportKind?: string | null;
  readonly callee?: { readonly type: string; readonly name?: string };
  readonly arguments?: readonly Source[];
  readonly moduleReference?: { readonly expression?: Source };
  readonly left?: Source;
}
interface Visited {
  readonly node: Node;
  readonly parent: Source;
}
interface File {
  readonly path: { traverse(visitors: Readonly<Record<string, (path: Visited) => void>>): void };
}

/** The names in a module. */
export interface Named {
  /** As an import is written: `./scale.js`, `acme/parts`, `#inner`. */
  readonly imports: ReadonlySet<string>;
  /** Every other text in it; such a text may be the name of a file that is read or imported in another way. */
  readonly texts: ReadonlySet<string>;
}

const isType = ({ importKind, exportKind }: Node) => importKind === 'type' || exportKind === 'type';

/** Texts that are names already, and types. */
const NO_TEXTS = /^(Import|Export(Named|All)|TS)/;

/**
 * The modules that a file names, as it names them: static and dynamic imports, exports from elsewhere and `require`; and
 * all texts in it, those of one call also joined as parts of a path. Of a name that is computed there is its folder, with
 * a slash at its end. Types are left out. Read by the parser that loads the file; of what that cannot parse,
 * every text in quotes may be an import.
 */
export function importsOf(source: string, filename: string): Named {
  const imports = new Set<string>();
  const texts = new Set<string>();
  const declared = ({ node }: Visited) => void (isType(node) || add(imports, node.source));
  const called = ({ node: { callee, arguments: given = [] } }: Visited) => {
    if (callee?.type === 'Import' || callee?.name === 'require') add(imports, given[0]);
    texts.add(given.map(startOf).filter(Boolean).join('/'));
  };
  const literal = ({ node, parent }: Visited) =>
    void (NO_TEXTS.test(parent.type) || add(texts, node));
  const visitors = {
    ImportDeclaration: declared,
    ExportNamedDeclaration: declared,
    ExportAllDeclaration: declared,
    ImportExpression: declared,
    CallExpression: called,
    NewExpression: called,
    TSImportEqualsDeclaration: ({ node }: Visited) =>
      add(imports, node.moduleReference?.expression),
    BinaryExpression: ({ node }: Visited) => void texts.add(folderOf(startOf(node.left))),
    StringLiteral: literal,
    TemplateLiteral: literal,
  };
  return parse(source, filename, visitors) ? { imports, texts } : quotedIn(source);
}

function add(names: Set<string>, node: Source | null | undefined): void {
  const start = startOf(node);
  if (start) names.add(start);
}

function startOf(node: Source | null | undefined): string {
  if (typeof node?.value === 'string') return node.value;
  const start = node?.quasis?.[0]?.value.cooked ?? '';
  return node?.quasis?.length === 1 ? start : folderOf(start);
}

const folderOf = (text: string) => /^\.{1,2}\/(?:.*\/)?/.exec(text)?.[0] ?? '';

function parse(
  source: string,
  filename: string,
  visitors: Parameters<File['path']['traverse']>[0],
): boolean {
  let parsed = false;
  const pre = (file: File) => {
    parsed = true;
    file.path.traverse(visitors);
  };
  const babel = { plugins: [() => ({ pre })] };
  const jiti = createJiti(filename, { fsCache: false, transformOptions: { babel } });
  const ts = /\.[cm]?tsx?$/i.test(filename);
  try {
    jiti.transform({ source: source.replace(/^\uFEFF/, ''), filename, ts, async: true });
  } catch {
    // its loader says what is wrong
  }
  return parsed;
}

function quotedIn(source: string): Named {
  const quoted = [...source.matchAll(/(['"`])((?:(?!\1)[^\\\n]){1,1024})\1/g)];
  const all = new Set(quoted.map(([, , text = '']) => text));
  return { imports: all, texts: all };
}
