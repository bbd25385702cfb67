import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTemplates } from '../scripts/build/templates.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

/** The package as it is installed, but for the sources, which Node runs as well. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-command-'));
  const installed = join(folder, 'package');
  mkdirSync(installed);
  for (const name of ['src', 'package.json'])
    cpSync(join(packageFolder, name), join(installed, name), { recursive: true });
  symlinkSync(join(packageFolder, 'node_modules'), join(installed, 'node_modules'));
  buildTemplates(join(installed, 'templates'));
  mkdirSync(join(folder, 'cwd'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function command(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'package/src/main.ts'), ...args],
    {
      cwd: join(folder, 'cwd'),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    },
  );
  return { status, stdout, stderr };
}

describe('create-holdfast', () => {
  it('makes a project and ends with 0', () => {
    const { status, stdout, stderr } = command('my-shop', '--no-install', '--no-git');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('my-shop is in my-shop, made from webhook-payments.');
    const project = join(folder, 'cwd/my-shop');
    expect(readFileSync(join(project, 'src/app.ts'), 'utf8')).toContain("const NAME = 'my-shop';");
    expect(readFileSync(join(project, 'deploy/kubernetes/common/service.yaml'), 'utf8')).toContain(
      'name: my-shop\n',
    );
    const mentions = readdirSync(project, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) =>
        readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('webhook-payments'),
      );
    expect(mentions).toEqual([]);
  });

  it('says in one line what is wrong, with an exit code for each sort', () => {
    expect(command('--fast')).toEqual({
      status: 2,
      stdout: '',
      stderr: "create-holdfast: Unknown option '--fast'. See --help.\n",
    });
    expect(command().status).toBe(2);
    expect(command('Shop').status).toBe(1);
    expect(command('Shop').stderr).toMatch(/^create-holdfast: npm would refuse the name 'Shop': .*\n$/);
  });

  it('has help that the README repeats', () => {
    const { stdout } = command('--help');
    const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
    for (const option of stdout.matchAll(/--[a-z-]+/g)) expect(readme).toContain(option[0]);
    for (const [, code = '', meaning = ''] of stdout.matchAll(/^ {2}(\d) {2}(.+)$/gm))
      expect(readme).toContain(`| ${code} | ${meaning} |`);
    for (const [, name = ''] of stdout.matchAll(/^ {2}([a-z][a-z-]+) {2}/gm))
      expect(readme).toContain(`\`${name}\``);
  });
});
