import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/** A declaration of a package: its file under `dist`, and its name there. */
interface Place {
  readonly file: string;
  readonly name: string;
}

/** One `.d.ts` of a package, as TypeScript wrote it: every inferred type is spelt out. */
interface DeclarationFile {
  /** Declarations by their name in the file; overloads and merged ones together. */
  readonly declared: ReadonlyMap<string, readonly ts.Node[]>;
  /** Where a name comes from, or leads on to when another file imports it from here. */
  readonly imported: ReadonlyMap<string, Place>;
  readonly exported: ReadonlyMap<string, Place>;
  readonly exportedWhole: readonly string[];
}

const files = new Map<string, DeclarationFile>();

function fileAt(path: string): DeclarationFile {
  const known = files.get(path) ?? readDeclarations(path);
  files.set(path, known);
  return known;
}

const NOTHING: DeclarationFile = {
  declared: new Map(),
  imported: new Map(),
  exported: new Map(),
  exportedWhole: [],
};

function readDeclarations(path: string): DeclarationFile {
  if (!existsSync(path)) return NOTHING;
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const declared = new Map<string, ts.Node[]>();
  const [imported, exported] = [new Map<string, Place>(), new Map<string, Place>()];
  const exportedWhole: string[] = [];
  for (const statement of source.statements) {
    for (const [name, node] of declaredBy(statement)) {
      declared.set(name, [...(declared.get(name) ?? []), node]);
    }
    if (ts.isImportDeclaration(statement)) readImport(statement, path, imported);
    if (ts.isExportDeclaration(statement)) readExport(statement, path, exported, exportedWhole);
  }
  return { declared, imported, exported, exportedWhole };
}

function declaredBy(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((node) => [
      (node.name as ts.Identifier).text,
      node,
    ]);
  }
  const { name } = statement as { name?: ts.Node };
  return name && ts.isIdentifier(name) ? [[name.text, statement]] : [];
}

/** The declarations of a package's entry, by the name that users import. */
const entries = new Map<string, string>();

/** Says where the declarations of an entry are; those of all others count as outside. */
export function addEntry(specifier: string, declarations: string): void {
  entries.set(specifier, declarations);
}

/** The file that an import names: a relative one, or a known entry's; else the specifier as it is. */
function target(specifier: ts.Node | undefined, from: string): string | undefined {
  if (!specifier || !ts.isStringLiteral(specifier)) return undefined;
  const { text } = specifier;
  if (text.startsWith('.')) return join(from, '..', text.replace(/\.js$/, '.d.ts'));
  return entries.get(text) ?? text;
}

function readImport(node: ts.ImportDeclaration, path: string, imported: Map<string, Place>): void {
  const file = target(node.moduleSpecifier, path);
  const bindings = node.importClause?.namedBindings;
  if (file === undefined || !bindings || !ts.isNamedImports(bindings)) return;
  for (const { name, propertyName } of bindings.elements) {
    imported.set(name.text, { file, name: (propertyName ?? name).text });
  }
}

function readExport(
  node: ts.ExportDeclaration,
  path: string,
  exported: Map<string, Place>,
  whole: string[],
): void {
  const file = node.moduleSpecifier ? target(node.moduleSpecifier, path) : path;
  if (file === undefined) return;
  if (!node.exportClause) whole.push(file);
  else if (ts.isNamedExports(node.exportClause)) {
    for (const { name, propertyName } of node.exportClause.elements) {
      exported.set(name.text, { file, name: (propertyName ?? name).text });
    }
  }
}

/** Follows imports and exports to the declaration of a name, or out of the package; undefined where there is none. */
function declarationOf({ file, name }: Place): Place | undefined {
  if (!file.endsWith('.d.ts')) return { file, name };
  const at = fileAt(file);
  if (at.declared.has(name)) return { file, name };
  const leads = [at.exported.get(name), at.imported.get(name)];
  const next = leads.find((lead) => lead && (lead.file !== file || lead.name !== name));
  if (next) return declarationOf(next);
  for (const whole of at.exportedWhole) {
    const found = declarationOf({ file: whole, name });
    if (found) return found;
  }
  return undefined;
}

/** Names in a type that lead to declarations, and those of `import('./file.js').Name`. */
function namesIn(node: ts.Node, path: string): Place[] {
  const places: Place[] = [];
  const leftmost = (name: ts.EntityName): string =>
    ts.isIdentifier(name) ? name.text : leftmost(name.left);
  const visit = (at: ts.Node): void => {
    if (ts.isTypeReferenceNode(at)) places.push({ file: path, name: leftmost(at.typeName) });
    if (ts.isTypeQueryNode(at) && !ts.isImportTypeNode(at.exprName)) {
      places.push({ file: path, name: leftmost(at.exprName) });
    }
    if (ts.isExpressionWithTypeArguments(at) && ts.isIdentifier(at.expression)) {
      places.push({ file: path, name: at.expression.text });
    }
    if (ts.isImportTypeNode(at) && at.qualifier && ts.isLiteralTypeNode(at.argument)) {
      const file = target(at.argument.literal, path);
      if (file !== undefined) places.push({ file, name: leftmost(at.qualifier) });
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return places;
}

const keyOf = ({ file, name }: Place) => `${file}#${name}`;

/** An exported name of an entry, as the one declaration behind it. */
export function placeOf(entry: string, name: string): string | undefined {
  const place = declarationOf({ file: entry, name });
  return place && keyOf(place);
}

/** Every declaration of the package in the signatures of some, or in the signatures of what is there. */
export function inSignaturesOf(
  names: Iterable<{ readonly entry: string; readonly name: string }>,
): ReadonlySet<string> {
  const seen = new Set<string>();
  const next = [...names].map(({ entry, name }) => ({ file: entry, name }));
  for (const asked of next) {
    const place = declarationOf(asked);
    if (!place || seen.has(keyOf(place))) continue;
    seen.add(keyOf(place));
    const nodes = fileAt(place.file).declared.get(place.name) ?? [];
    next.push(...nodes.flatMap((node) => namesIn(node, place.file)));
  }
  return seen;
}
