import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const CHILD = new URL('./peers-child.ts', import.meta.url).pathname;
const OPTIONAL = ['@holdfast/logging', '@holdfast/tracing', '@holdfast/metrics', '@holdfast/queue'];

async function serviceWithout(missing: readonly string[], options: object): Promise<string> {
  const args = ['--conditions=@holdfast/source', CHILD, missing.join(','), JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}

describe('createService', () => {
  it('loads no package that is switched off', async () => {
    const options = { logger: false, tracing: false, metrics: false };
    expect(await serviceWithout(OPTIONAL, options)).toBe('answered 404');
  });

  it.each([
    ['@holdfast/logging', 'logger'],
    ['@holdfast/tracing', 'tracing'],
    ['@holdfast/metrics', 'metrics'],
  ])('says that %s is missing, how to install it and how to do without', async (peer, option) => {
    const others = Object.fromEntries(
      ['logger', 'tracing', 'metrics'].map((name) => [name, name === option]),
    );
    expect(await serviceWithout([peer], others)).toBe(
      `ERR_EXPRESS_MISSING_PEER createService: ${option} needs the package ${peer}, which could not be loaded: run "npm install ${peer}", or set ${option}: false.`,
    );
  });
});
