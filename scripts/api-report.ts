/**
 * Keeps `packages/<name>/api/<entry>.d.ts`: every declaration that a user of that entry can reach, in one file, so
 * that a change of the public surface shows in review. Compares by default; `--write` brings the files up to date.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { importsOf } from './source-imports.ts';
import { entriesOf, rootFolder, type WorkspacePackage, workspacePackages } from './workspace-packages.ts';

function declarationOf(sourcePath: string): string {
  return sourcePath.replace(/^src\//, 'dist/').replace(/\.ts$/, '.d.ts');
}

/** The declaration files behind an entry, the entry first, then in the order in which they are met. */
function reachable(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { specifier } of importsOf(file)) {
    if (specifier.startsWith('.')) {
      reachable(resolve(dirname(file), specifier.replace(/(?<!\.d)\.ts$/, '.d.ts')), seen);
    }
  }
  return seen;
}

function reportFor(pkg: WorkspacePackage, sourcePath: string): string {
  const parts = [...reachable(`${pkg.folder}/${declarationOf(sourcePath)}`)].map((file) => {
    const code = readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
    return `// ${relative(`${pkg.folder}/dist`, file)}\n${code.trimEnd()}\n`;
  });
  return parts.join('\n');
}

function reportName(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
}

const write = process.argv.includes('--write');
const stale: string[] = [];

for (const pkg of workspacePackages()) {
  const folder = `${pkg.folder}/api`;
  if (write) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [subpath, sourcePath] of entriesOf(pkg)) {
    // It has what the other entries have, whose reports tell of it.
    if (subpath === './internal') continue;
    const file = `${folder}/${reportName(subpath)}.d.ts`;
    const report = reportFor(pkg, sourcePath);
    if (write) writeFileSync(file, report);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== report)
      stale.push(relative(rootFolder, file));
  }
}

if (stale.length > 0) {
  process.stderr.write(
    `The public API changed:\n  ${stale.join('\n  ')}\nRun \`pnpm run api\`, read the difference, and commit it with a changeset.\n`,
  );
  process.exitCode = 1;
}
