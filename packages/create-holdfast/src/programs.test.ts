import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PackageManager, packageManagerOf } from './package-manager.ts';
import { installDependencies } from './programs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const running = (...install: string[]): PackageManager => ({ ...packageManagerOf(undefined), install });

describe('installDependencies', () => {
  it('runs the package manager in the project', async () => {
    const look = `if (process.cwd() !== require('fs').realpathSync(${JSON.stringify(folder)})) process.exit(1)`;
    await installDependencies(folder, running(process.execPath, '-e', look));
  });

  it('says how it failed and what to run again', async () => {
    await expect(
      installDependencies(folder, running(process.execPath, '-e', 'process.exit(7)')),
    ).rejects.toThrow(
      /^The project is there, but .* failed \(it ended with 7\)\. Run it again in the folder\.$/,
    );
    await expect(installDependencies(folder, running('no-such-program'))).rejects.toThrow(
      'The project is there, but no-such-program failed (spawn no-such-program ENOENT). Run it again in the folder.',
    );
  });
});
