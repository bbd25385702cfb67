import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface SourceImport {
  readonly specifier: string;
  /** Erased by the compiler. */
  readonly typeOnly: boolean;
  /** `import()`, or a `require` made by createRequire: loaded when the line runs. */
  readonly lazy: boolean;
}

const LAZY_CALL = /\b(?:import|require)\(\s*'([^']+)'\s*\)/g;

/** Every import and re-export of a TypeScript source file. */
export function importsOf(file: string): SourceImport[] {
  const code = readFileSync(file, 'utf8');
  const { module, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const found: SourceImport[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    found.push({ specifier: moduleRequest.value, typeOnly, lazy: false });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest !== null)
        found.push({ specifier: moduleRequest.value, typeOnly: isType, lazy: false });
    }
  }
  for (const [, specifier = ''] of code.matchAll(LAZY_CALL))
    found.push({ specifier, typeOnly: false, lazy: true });
  return found;
}

/** The TypeScript files below a folder, tests included. */
export function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export function isTestFile(file: string): boolean {
  return file.endsWith('.test.ts') || file.endsWith('.bench.ts') || file.includes('/test/');
}

/** The package of a bare specifier: `@scope/name/sub` is `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
