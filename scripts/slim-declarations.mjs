// Which declarations the entries of a package lead to, and which of their functions an entry gives out.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

const everything = "*";

/** Removes declarations that no entry leads to, and comments of functions and constants that none gives out. */
export function slimDeclarations(root) {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries = [...declarationsIn(manifest.exports)].map((path) => resolve(root, path));
  const module = moduleReader(root, manifest.imports);
  const reached = reachedFrom(entries, module);
  const names = namesGivenOut(entries, module);
  const folder = resolve(root, "dist");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    const path = join(folder, name);
    if (!reached.has(path)) rmSync(path);
    else writeFileSync(path, withoutInnerComments(module(path), names.get(path) ?? new Set()));
  }
}

function* declarationsIn(value) {
  if (typeof value === "string") {
    if (value.endsWith(".d.ts")) yield value;
  } else {
    for (const inner of Object.values(value)) yield* declarationsIn(inner);
  }
}

/** Reads a declaration file once: its statements, and what each module name in it stands for. */
function moduleReader(root, imports) {
  const known = new Map();
  const declarationOf = (path) => path.replace(/\.js$/, ".d.ts");
  const targetsOf = (path, specifier) => {
    const inside = specifier.startsWith(".")
      ? [resolve(dirname(path), specifier)]
      : Object.values(imports[specifier] ?? {}).map((target) => resolve(root, target));
    return inside.map(declarationOf).filter((target) => existsSync(target));
  };
  return (path) => {
    let found = known.get(path);
    if (found === undefined) {
      const text = readFileSync(path, "utf8");
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
      // The quick reader knows `import("...")`, and not `export * as x from "..."`.
      const quick = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
      const named = source.statements.flatMap(({ moduleSpecifier }) => moduleSpecifier?.text ?? []);
      const specifiers = new Set([...quick, ...named]);
      found = { text, source, specifiers, targetsOf: (specifier) => targetsOf(path, specifier) };
      known.set(path, found);
    }
    return found;
  };
}

function reachedFrom(entries, module) {
  const reached = new Set();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const { specifiers, targetsOf } = module(path);
    waiting.push(...[...specifiers].flatMap(targetsOf));
  }
  return reached;
}

/** By file, the names that come out at an entry; `*` for all of them. */
function namesGivenOut(entries, module) {
  const names = new Map();
  const waiting = entries.map((path) => [path, everything]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, name] = next;
    const given = names.get(path) ?? new Set();
    if (given.has(name)) continue;
    names.set(path, given.add(name));
    const { source, targetsOf } = module(path);
    for (const statement of source.statements) {
      for (const [specifier, inner] of passedOn(statement, name))
        for (const target of targetsOf(specifier)) waiting.push([target, inner]);
    }
  }
  return names;
}

/** What a statement passes on under a name: modules, and the names in them. */
function passedOn(statement, name) {
  const specifier = statement.moduleSpecifier?.text;
  if (specifier === undefined) return [];
  // A module that is imported as a whole may be given out as a whole.
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    return bindings !== undefined && ts.isNamespaceImport(bindings) ? [[specifier, everything]] : [];
  }
  const clause = statement.exportClause;
  if (clause === undefined || ts.isNamespaceExport(clause))
    return [[specifier, clause === undefined ? name : everything]];
  return clause.elements
    .filter((element) => name === everything || element.name.text === name)
    .map((element) => [specifier, (element.propertyName ?? element.name).text]);
}

function withoutInnerComments({ text, source }, names) {
  if (names.has(everything)) return text;
  let slim = text;
  for (const statement of [...source.statements].reverse()) {
    const declared = declaredBy(statement);
    if (declared.length === 0 || declared.some((name) => names.has(name))) continue;
    const [start, end] = [statement.getFullStart(), statement.getStart(source)];
    if (start > 0) slim = `${slim.slice(0, start)}\n${slim.slice(end)}`;
  }
  return slim;
}

function declaredBy(statement) {
  if (ts.isFunctionDeclaration(statement)) return [statement.name?.text ?? ""];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => name.getText());
}
