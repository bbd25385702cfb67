import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WriteProjectError } from './errors.ts';
import { packageManagerOf } from './package-manager.ts';
import { type ProjectPlan, writeProject } from './write-project.ts';

let folder: string;
let plan: ProjectPlan;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'write-project-'));
  const source = join(folder, 'template');
  mkdirSync(join(source, 'deploy'), { recursive: true });
  mkdirSync(join(source, 'src'));
  writeFileSync(join(source, 'gitignore'), 'node_modules/\n');
  writeFileSync(join(source, 'package.json'), '{ "name": "sample", "private": true }');
  writeFileSync(join(source, 'src/app.ts'), "export const NAME = 'sample';\n");
  writeFileSync(
    join(source, 'deploy/Dockerfile'),
    'COPY package.json package-lock.json ./\nRUN npm ci --omit=dev --ignore-scripts\n',
  );
  plan = {
    source,
    templateName: 'sample',
    target: join(folder, 'made/shop.api'),
    projectName: 'shop.api',
    packageManager: packageManagerOf('npm/11.6.0'),
  };
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string) => readFileSync(join(plan.target, path), 'utf8');

describe('writeProject', () => {
  it('writes the template under the name of the project, .gitignore included', () => {
    writeProject(plan);
    expect(readdirSync(plan.target, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      '.gitignore',
      'deploy',
      'deploy/Dockerfile',
      'package.json',
      'src',
      'src/app.ts',
    ]);
    expect(JSON.parse(read('package.json'))).toEqual({ name: 'shop.api', private: true });
    expect(read('src/app.ts')).toBe("export const NAME = 'shop-api';\n");
  });

  it('builds the image with the package manager of the project, and adds what that one needs', () => {
    writeProject({ ...plan, packageManager: packageManagerOf('pnpm/10.2.0') });
    expect(read('deploy/Dockerfile')).toBe(
      'COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./\nRUN npx -y pnpm install --prod --frozen-lockfile --ignore-scripts\n',
    );
    expect(read('pnpm-workspace.yaml')).toContain('better-sqlite3: false');
  });

  it('writes over nothing, and removes what it had written when a file is in the way', () => {
    mkdirSync(join(plan.target, 'src'), { recursive: true });
    writeFileSync(join(plan.target, 'src/app.ts'), 'mine');
    expect(() => writeProject(plan)).toThrow(WriteProjectError);
    expect(readdirSync(plan.target, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'src',
      'src/app.ts',
    ]);
    expect(read('src/app.ts')).toBe('mine');
  });

  it('removes the folders that it has made, and no other, when writing fails', () => {
    mkdirSync(join(folder, 'made'));
    // The last file is in the way of itself: everything before it has been written.
    const unwritable = { ...plan, packageManager: { ...plan.packageManager, files: { 'src/app.ts': '' } } };
    expect(() => writeProject(unwritable)).toThrow(
      /^The project could not be written: EEXIST.*is removed\.$/,
    );
    expect(readdirSync(join(folder, 'made'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('leaves nothing in a folder that may not be written', () => {
    mkdirSync(join(folder, 'made'));
    chmodSync(join(folder, 'made'), 0o500);
    expect(() => writeProject(plan)).toThrow(/EACCES/);
    expect(existsSync(plan.target)).toBe(false);
  });
});
