import { describe, expect, it } from 'vitest';
import { packageManagerOf } from './package-manager.ts';

describe('packageManagerOf', () => {
  it.each([
    [
      'npm/11.6.0 node/v24.1.0 linux x64 workspaces/false',
      'npm',
      'npm install --no-audit --no-fund',
      'npm run dev',
      [],
    ],
    ['pnpm/10.2.0 npm/? node/v24.1.0 linux x64', 'pnpm', 'pnpm install', 'pnpm dev', ['pnpm-workspace.yaml']],
    ['yarn/1.22.22 npm/? node/v24.1.0 linux x64', 'yarn', 'yarn install', 'yarn dev', []],
    [
      'yarn/4.9.1 npm/? node/v24.1.0 linux x64',
      'yarn',
      'yarn install',
      'yarn dev',
      ['.yarnrc.yml', 'yarn.lock'],
    ],
    ['bun/1.2.0 npm/? node/v24.1.0 linux x64', 'npm', 'npm install --no-audit --no-fund', 'npm run dev', []],
    [undefined, 'npm', 'npm install --no-audit --no-fund', 'npm run dev', []],
  ])('knows by %s that it is %s', (userAgent, name, install, dev, files) => {
    const found = packageManagerOf(userAgent);
    expect(found.name).toBe(name);
    expect(found.install.join(' ')).toBe(install);
    expect(found.run('dev')).toBe(dev);
    expect(Object.keys(found.files)).toEqual(files);
  });

  it('says npm test and npm start as people do', () => {
    expect(packageManagerOf(undefined).run('test')).toBe('npm test');
    expect(packageManagerOf(undefined).run('start')).toBe('npm start');
  });
});
