/** Fails on an import that the house does not allow, a package that is not declared, or a cycle. */
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { allowedImports, allowedTypeImports } from './dependency-rules.ts';
import { importsOf, isTestFile, packageOf, type SourceImport, typescriptFiles } from './source-imports.ts';
import {
  entriesOf,
  rootFolder,
  SOURCE_CONDITION,
  type WorkspacePackage,
  workspacePackages,
} from './workspace-packages.ts';

const SCOPE = '@holdfast/';
const problems: string[] = [];

function report(file: string, message: string): void {
  problems.push(`${relative(rootFolder, file)}: ${message}`);
}

function checkEdge(pkg: WorkspacePackage, file: string, { specifier, typeOnly }: SourceImport): void {
  const target = packageOf(specifier).slice(SCOPE.length);
  if (target === pkg.shortName) report(file, `imports its own package by name; use a relative path`);
  const allowed = allowedImports[pkg.shortName] ?? [];
  if (allowed.includes(target)) return;
  if (typeOnly && allowedTypeImports[pkg.shortName]?.includes(target)) return;
  report(file, `may not import ${specifier}${typeOnly ? ' (not even its types)' : ''}`);
}

function checkDeclared(pkg: WorkspacePackage, file: string, { specifier, typeOnly }: SourceImport): void {
  const { dependencies, peerDependencies, devDependencies } = pkg.manifest;
  const name = packageOf(specifier);
  if (dependencies?.[name] !== undefined || peerDependencies?.[name] !== undefined) return;
  // A test may use its own package by name, as a user would.
  if (isTestFile(file) && name === pkg.manifest.name) return;
  const inDevelopment = isTestFile(file) || typeOnly;
  if (inDevelopment && devDependencies?.[name] !== undefined) return;
  if (isTestFile(file) && name === 'vitest') return;
  report(file, `imports ${name}, which its package.json does not declare`);
}

function checkFile(pkg: WorkspacePackage, file: string): void {
  for (const found of importsOf(file)) {
    const { specifier } = found;
    if (specifier.startsWith('.')) {
      if (!existsSync(resolve(dirname(file), specifier)))
        report(file, `imports ${specifier}, which does not exist`);
    } else if (!isBuiltin(specifier)) {
      if (specifier.startsWith(SCOPE) && !isTestFile(file)) checkEdge(pkg, file, found);
      checkDeclared(pkg, file, found);
    }
  }
}

/** What loading `entry` loads at once, as bare specifiers. */
function eagerImports(entry: string, seen = new Set<string>()): Set<string> {
  const bare = new Set<string>();
  if (seen.has(entry)) return bare;
  seen.add(entry);
  for (const { specifier, typeOnly, lazy } of importsOf(entry)) {
    if (typeOnly || lazy) continue;
    if (!specifier.startsWith('.')) bare.add(packageOf(specifier));
    else for (const inner of eagerImports(resolve(dirname(entry), specifier), seen)) bare.add(inner);
  }
  return bare;
}

function checkRootEntry(pkg: WorkspacePackage): void {
  const entry = entriesOf(pkg).get('.');
  if (entry === undefined) return;
  const optional = Object.entries(pkg.manifest.peerDependenciesMeta ?? {}).filter(
    ([, meta]) => meta.optional,
  );
  const loaded = eagerImports(`${pkg.folder}/${entry}`);
  for (const [name] of optional) {
    if (loaded.has(name))
      report(`${pkg.folder}/${entry}`, `loads the optional peer ${name}; load it when it is used`);
  }
}

/** What is published must be what is used here, less the condition that points at the source. */
function checkExports(pkg: WorkspacePackage): void {
  const published = Object.fromEntries(
    Object.entries(pkg.manifest.exports).map(([subpath, target]) => {
      if (typeof target === 'string') return [subpath, target];
      return [
        subpath,
        Object.fromEntries(Object.entries(target).filter(([name]) => name !== SOURCE_CONDITION)),
      ];
    }),
  );
  if (JSON.stringify(published) !== JSON.stringify(pkg.manifest.publishConfig?.exports)) {
    report(
      `${pkg.folder}/package.json`,
      `publishConfig.exports and exports differ by more than ${SOURCE_CONDITION}`,
    );
  }
}

const packages = workspacePackages();
for (const pkg of packages) {
  if (allowedImports[pkg.shortName] === undefined) {
    report(
      `${pkg.folder}/package.json`,
      'is not in scripts/dependency-rules.ts; say there what it may import',
    );
  }
  for (const file of typescriptFiles(`${pkg.folder}/src`)) checkFile(pkg, file);
  if (existsSync(`${pkg.folder}/test`))
    for (const file of typescriptFiles(`${pkg.folder}/test`)) checkFile(pkg, file);
  checkRootEntry(pkg);
  checkExports(pkg);
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n${problems.length} problems with imports\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`imports of ${packages.length} packages follow the rules\n`);
}
