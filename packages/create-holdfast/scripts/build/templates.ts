import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf, packageOf } from '../../../../scripts/source-imports.ts';
import { rootFolder } from '../../../../scripts/workspace-packages.ts';
import { EXAMPLES, type Example, readExample } from './examples.ts';
import { problemsOf } from './problems.ts';
import { projectManifest } from './project-manifest.ts';
import { includeSections } from './sections.ts';
import { type Files, filesBelow, sourcesOf } from './sources.ts';

/** What every project has. */
const COMMON = fileURLToPath(new URL('../../common', import.meta.url));

/** Makes `folder` anew: a folder for each example, and `index.json` with their names and summaries. */
export function buildTemplates(folder: string, names: readonly string[] = EXAMPLES): void {
  const examples = names.map(readExample);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const example of examples) buildTemplate(example, join(folder, example.name));
  const index = examples.map(({ name, summary, scripts }) => ({
    name,
    summary,
    script: scripts.includes('dev') ? 'dev' : 'start',
  }));
  writeFileSync(join(folder, 'index.json'), json(index));
}

/** @throws Error that lists whatever would not work outside the repository */
function buildTemplate(example: Example, folder: string): void {
  const files = sourcesOf(example);
  for (const path of filesBelow(COMMON)) files.set(path, readFileSync(join(COMMON, path), 'utf8'));
  includeSections(files, example);
  files.set('tsconfig.json', json(compilerSettings()));
  write(files, folder);
  const imports = (path: string) =>
    path.endsWith('.ts') ? importsOf(join(folder, path)).map(({ specifier }) => specifier) : [];
  const imported = new Set([...files.keys()].flatMap(imports).map(packageOf));
  files.set('package.json', json(projectManifest(example, imported)));
  write(files, folder);
  const problems = problemsOf(files, imports);
  if (problems.length > 0)
    throw new Error(`${example.name} cannot be a template:\n  ${problems.join('\n  ')}`);
}

/** The repository's own, less what has to do with packages beside each other. */
function compilerSettings(): object {
  const text = readFileSync(join(rootFolder, 'tsconfig.base.json'), 'utf8');
  const { compilerOptions } = JSON.parse(text) as { compilerOptions: Record<string, unknown> };
  const { customConditions: _, rewriteRelativeImportExtensions: __, ...own } = compilerOptions;
  return {
    compilerOptions: { ...own, noEmit: true, allowImportingTsExtensions: true },
    include: ['src', 'test', 'vitest.config.ts'],
  };
}

function write(files: Files, folder: string): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
