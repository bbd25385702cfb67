import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const FAILING = `
const { startPostgres } = await import('@holdfast/test-servers');
const postgres = await startPostgres();
await postgres.stop();
process.exitCode = 1;
`;

it('a proof on PostgreSQL that does not hold ends with its own exit code', () => {
  const args = ['--conditions=@holdfast/source', '--input-type=module', '-e', FAILING];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
}, 120_000);
