import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, rootFolder } from './code-blocks.ts';

const blocks = codeBlocks().map((block, index) => {
  const folder = join(block.home, '.code-blocks');
  return {
    ...block,
    folder,
    file: join(folder, `block-${index}.ts`),
    title: `${block.document}:${block.line}`,
  };
});

describe('the code blocks of the documentation', () => {
  beforeAll(() => {
    for (const { folder, file, code } of blocks) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, code);
    }
  });

  afterAll(() => {
    for (const { folder } of blocks) rmSync(folder, { recursive: true, force: true });
  });

  it('type-check under strict', { timeout: 240_000 }, () => {
    const project = join(rootFolder, 'test/tsconfig.code-blocks.json');
    writeFileSync(
      project,
      JSON.stringify({
        extends: '../tsconfig.base.json',
        compilerOptions: { noEmit: true, noPropertyAccessFromIndexSignature: false },
        files: blocks.map(({ file }) => file),
        include: ['../packages/*/src/**/*.d.ts'],
      }),
    );
    const { stdout } = spawnSync('tsc', ['-p', project, '--pretty', 'false'], { encoding: 'utf8' });
    rmSync(project);
    expect(stdout).toBe('');
  });

  for (const { title, file } of blocks) {
    it(`runs ${title} to its end`, () => {
      const cwd = mkdtempSync(join(tmpdir(), 'holdfast-block-'));
      const { status, stderr } = spawnSync('node', ['--conditions=@holdfast/source', file], {
        cwd,
        encoding: 'utf8',
        timeout: 50_000,
      });
      rmSync(cwd, { recursive: true, force: true });
      expect(stderr === '' || status === 0 ? '' : stderr).toBe('');
      expect(status).toBe(0);
    });
  }
});
