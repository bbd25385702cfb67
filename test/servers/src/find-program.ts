import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a server program may come from, apart from the PATH. */
export interface ProgramSource {
  readonly program: string;
  /** The Debian and Ubuntu package that holds it. */
  readonly aptPackage: string;
}

const INSTALL_TIMEOUT_MS = 300_000;

/**
 * The path of a server program: on the PATH, else installed by apt when this is root on Debian or Ubuntu,
 * else undefined, said in one loud line.
 * @throws Error instead, where `CI=true`: a suite that needs a real server must not be skipped there
 */
export function findProgram(source: ProgramSource): string | undefined {
  const found = onPath(source.program) ?? installed(source);
  if (found !== undefined) return found;
  const message = `${source.program} was not found and cannot be installed here: install the package ${source.aptPackage}.`;
  if (process.env['CI'] === 'true') throw new Error(message);
  process.stderr.write(`\n*** ${message} The tests that need it are SKIPPED. ***\n\n`);
  return undefined;
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed({ program, aptPackage }: ProgramSource): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  process.stderr.write(`Installing ${aptPackage} with apt-get for the tests …\n`);
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=240', ...args], {
      stdio: 'ignore',
      timeout: INSTALL_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (apt('install', '--no-install-recommends', aptPackage).status !== 0) {
    apt('update');
    apt('install', '--no-install-recommends', aptPackage);
  }
  return onPath(program);
}
