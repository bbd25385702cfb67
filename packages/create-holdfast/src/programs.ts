import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InstallError } from './errors.ts';
import type { PackageManager } from './package-manager.ts';

/**
 * Installs the dependencies; what the package manager says goes to standard error.
 * @throws InstallError when it cannot be started or fails
 */
export async function installDependencies(folder: string, { install }: PackageManager): Promise<void> {
  const [program = '', ...args] = install;
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', process.stderr, process.stderr],
    // npm and the others are scripts of the shell there.
    shell: process.platform === 'win32',
  });
  const [code] = (await once(child, 'close').catch((cause: unknown) => [cause])) as [number | null | Error];
  if (code === 0) return;
  const why = code instanceof Error ? code.message : `it ended with ${code ?? 'a signal'}`;
  throw new InstallError(
    `The project is there, but ${install.join(' ')} failed (${why}). Run it again in the folder.`,
  );
}

/** Begins a git repository, unless the folder is in one already or there is no git. */
export function beginRepository(folder: string): boolean {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, stdio: 'ignore' }).status === 0;
  if (existsSync(join(folder, '.git')) || git('rev-parse', '--is-inside-work-tree')) return false;
  return git('init', '--quiet', '--initial-branch=main') || git('init', '--quiet');
}
