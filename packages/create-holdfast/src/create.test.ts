import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { create, type Surroundings } from './create.ts';
import { InstallError, ProjectNameError, TargetFolderError, UsageError } from './errors.ts';

let folder: string;
let around: Surroundings;
let output: string;
let installed: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-'));
  const templatesFolder = join(folder, 'templates');
  for (const name of ['alpha', 'beta']) {
    mkdirSync(join(templatesFolder, name), { recursive: true });
    writeFileSync(join(templatesFolder, name, 'package.json'), JSON.stringify({ name }));
    writeFileSync(join(templatesFolder, name, 'README.md'), `# ${name}\n`);
  }
  const index = [
    { name: 'alpha', summary: 'the first', script: 'dev' },
    { name: 'beta', summary: 'the second', script: 'start' },
  ];
  writeFileSync(join(templatesFolder, 'index.json'), JSON.stringify(index));
  const cwd = join(folder, 'cwd');
  mkdirSync(cwd);
  output = '';
  installed = [];
  around = {
    cwd,
    version: '1.2.3',
    templatesFolder,
    userAgent: 'npm/11.6.0 node/v24.1.0',
    prompts: undefined,
    write: (text) => {
      output += text;
    },
    install: (target, { name }) => {
      installed.push(`${name} in ${basename(target)}`);
      return Promise.resolve();
    },
  };
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const inProject = (path: string) => join(around.cwd, 'shop', path);

describe('create', () => {
  it('makes a project of the first template, installs it, begins a repository and says what is next', async () => {
    await create(['shop'], around);
    expect(JSON.parse(readFileSync(inProject('package.json'), 'utf8'))).toEqual({ name: 'shop' });
    expect(readFileSync(inProject('README.md'), 'utf8')).toBe('# shop\n');
    expect(installed).toEqual(['npm in shop']);
    const branch = execFileSync('git', ['symbolic-ref', '--short', 'HEAD'], { cwd: inProject('.') });
    expect(String(branch)).toBe('main\n');
    expect(output).toBe(`shop is in shop, made from alpha.

Next:

  cd shop
  npm run dev        # the service, on this machine, with nothing else to start
  npm test           # its tests

README.md says what is where.
`);
  });

  it('does neither with --no-install --no-git, and says how to install with the package manager that runs it', async () => {
    await create(['deep/in/shop', '-t', 'beta', '--no-install', '--no-git'], {
      ...around,
      userAgent: 'pnpm/10.2.0 npm/?',
    });
    expect(installed).toEqual([]);
    expect(existsSync(join(around.cwd, 'deep/in/shop/.git'))).toBe(false);
    expect(output).toContain('  cd deep/in/shop\n  pnpm install\n  pnpm start ');
  });

  it('takes the current folder by a dot, with the repository that it may hold', async () => {
    mkdirSync(inProject('.git'), { recursive: true });
    await create(['.', '--no-install'], { ...around, cwd: inProject('.') });
    expect(JSON.parse(readFileSync(inProject('package.json'), 'utf8'))).toEqual({ name: 'shop' });
    expect(readdirSync(inProject('.git'))).toEqual([]);
    expect(output).not.toContain('cd ');
  });

  it('begins no repository inside another one', async () => {
    execFileSync('git', ['init', '--quiet'], { cwd: around.cwd });
    await create(['shop'], around);
    expect(existsSync(inProject('.git'))).toBe(false);
  });

  it('asks on a terminal for what it was not told', async () => {
    const prompts = {
      folder: () => Promise.resolve('shop'),
      template: () => Promise.resolve('beta'),
    };
    await create(['--no-git'], { ...around, prompts });
    expect(output).toContain('shop is in shop, made from beta.');
    const unasked = { ...prompts, template: () => Promise.reject(new Error('asked')) };
    await create(['other', '-t', 'alpha', '--no-git'], { ...around, prompts: unasked });
    expect(output).toContain('other is in other, made from alpha.');
  });

  it('shows help and version, and writes nothing', async () => {
    await create(['--version'], around);
    expect(output).toBe('1.2.3\n');
    await create(['--help', 'shop'], around);
    expect(output).toContain('npm create holdfast@latest [folder] -- [options]');
    expect(readdirSync(around.cwd)).toEqual([]);
  });
});

describe('create writes nothing', () => {
  afterEach(() => expect(installed).toEqual([]));

  it('without a folder where nobody can be asked', async () => {
    await expect(create([], around)).rejects.toThrow(
      new UsageError('Name a folder, as in: npm create holdfast my-service. See --help.'),
    );
  });

  it('for a template that there is not, of which it says so before it asks for anything', async () => {
    await expect(create(['shop', '-t', 'gamma'], around)).rejects.toThrow(
      new UsageError("There is no template 'gamma'. There is: alpha, beta."),
    );
    expect(readdirSync(around.cwd)).toEqual([]);
  });

  it('under a name that npm would refuse', async () => {
    await expect(create(['My Service'], around)).rejects.toThrow(ProjectNameError);
    expect(readdirSync(around.cwd)).toEqual([]);
  });

  it('into a folder that holds something, or a file', async () => {
    mkdirSync(inProject('.'));
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(inProject(name), 'mine');
    await expect(create(['shop'], around)).rejects.toThrow(
      `${join(around.cwd, 'shop')} is not empty: it holds a, b, c and 1 more. Name a new folder; nothing is ever overwritten.`,
    );
    expect(readdirSync(inProject('.'))).toEqual(['a', 'b', 'c', 'd']);
    writeFileSync(join(around.cwd, 'file'), '');
    await expect(create(['file'], around)).rejects.toThrow(TargetFolderError);
  });
});

describe('a failed installation', () => {
  it('leaves the project, and is said', async () => {
    const install = () => Promise.reject(new InstallError('no network'));
    await expect(create(['shop'], { ...around, install })).rejects.toMatchObject({ exitCode: 3 });
    expect(existsSync(inProject('package.json'))).toBe(true);
  });
});
