/**
 * Shows what a release would publish: packs every public package as `changeset publish` does, looks at each tarball,
 * lets npm go through its own publish without sending it, and prints a table. Ends with 1 where npm or we object.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from '../run-command.ts';
import { checkContents, packAll, type Tarball } from '../tarballs.ts';
import { rootFolder, workspacePackages } from '../workspace-packages.ts';
import { type PackedManifest, releaseProblems } from './release-problems.ts';

interface Row {
  readonly manifest: PackedManifest;
  readonly files: number;
  readonly size: number;
  readonly unpackedSize: number;
  readonly problems: readonly string[];
}

type PublishAnswer = Readonly<
  Record<string, { readonly files: readonly unknown[]; readonly size: number; readonly unpackedSize: number }>
>;

async function rowOf(tarball: Tarball, folder: string): Promise<Row> {
  const { pkg, path } = tarball;
  await checkContents(tarball);
  const text = await run('tar', ['-xzOf', path, 'package/package.json'], folder);
  const manifest = JSON.parse(text) as PackedManifest;
  await run('publint', ['run', path, '--strict'], pkg.folder);
  const answer = await run('npm', ['publish', path, '--dry-run', '--json', '--loglevel=error'], folder);
  const {
    files = [],
    size = 0,
    unpackedSize = 0,
  } = (JSON.parse(answer) as PublishAnswer)[manifest.name] ?? {};
  const problems = releaseProblems(manifest, relative(rootFolder, pkg.folder));
  if (files.length === 0) problems.push('npm would publish no file');
  return { manifest, files: files.length, size, unpackedSize, problems };
}

const KIB = 1024;
const kib = (bytes: number) => (bytes / KIB).toFixed(0);

function print(rows: readonly Row[]): void {
  const cells = rows.map(({ manifest, files, size, unpackedSize }) => [
    manifest.name,
    manifest.version,
    String(files),
    kib(size),
    kib(unpackedSize),
    manifest.publishConfig?.access ?? '-',
    manifest.publishConfig?.provenance === true ? 'yes' : 'no',
    manifest.repository?.directory ?? 'not set',
  ]);
  const header = [
    'package',
    'version',
    'files',
    'KiB',
    'unpacked',
    'access',
    'provenance',
    'repository.directory',
  ];
  const widths = header.map((name, column) =>
    Math.max(...[header, ...cells].map((row) => row[column]?.length ?? 0), name.length),
  );
  for (const row of [header, ...cells]) {
    const line = row.map((cell, column) =>
      /^\d+$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    process.stdout.write(`${line.join('  ').trimEnd()}\n`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-release-'));
try {
  const rows: Row[] = [];
  for (const tarball of await packAll(workspacePackages(), folder)) rows.push(await rowOf(tarball, folder));
  print(rows);
  const url = rows[0]?.manifest.repository?.url;
  process.stdout.write(
    url === undefined
      ? '\nThe repository is not set: provenance needs it. GitHub Actions knows it by itself; see docs/releasing.md.\n'
      : `\nRepository: ${url}\n`,
  );
  const pending = rows.filter(({ manifest }) => manifest.version === '0.0.0').length;
  if (pending > 0)
    process.stdout.write(`${pending} packages get their first version by npm run release:version.\n`);
  const problems = rows.flatMap((row) => row.problems.map((problem) => `${row.manifest.name}: ${problem}`));
  if (problems.length > 0) {
    process.stderr.write(`\n${problems.join('\n')}\n`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
