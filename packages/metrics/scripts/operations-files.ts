/**
 * Makes `dashboards/*.json` and `alerts/*.yml` with the default options. Without `--write` it compares, and either way
 * it fails on a query for a metric or a label that no package registers.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createAlertRules, createDashboards, renderRules } from '../src/operations/index.ts';
import { readCatalogue } from './catalogue.ts';
import { operationsProblems } from './operations-problems.ts';

const root = join(import.meta.dirname, '..');

/** The content of each generated file, by its path in the package. */
function generatedFiles(): Map<string, string> {
  const dashboards = Object.entries(createDashboards()).map(
    ([name, dashboard]) => [`dashboards/${name}`, `${JSON.stringify(dashboard, null, 2)}\n`] as const,
  );
  const head =
    '# Made by scripts/operations-files.ts with the default options. Make your own with createAlertRules().\n';
  return new Map([...dashboards, ['alerts/holdfast.yml', head + renderRules(createAlertRules())]]);
}

function staleFiles(files: ReadonlyMap<string, string>): string[] {
  const present = ['dashboards', 'alerts'].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [],
  );
  const surplus = present.filter((path) => !files.has(path));
  const different = [...files].filter(([path, content]) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== content;
  });
  return [...surplus, ...different.map(([path]) => path)];
}

function write(files: ReadonlyMap<string, string>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const files = generatedFiles();
const problems = [...operationsProblems({}, await readCatalogue({}))];
if (process.argv.includes('--write')) write(files);
const stale = staleFiles(files);
if (stale.length > 0) {
  problems.push(
    `not up to date: ${stale.join(', ')}; run node --conditions=@holdfast/source scripts/operations-files.ts --write`,
  );
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 1;
}
