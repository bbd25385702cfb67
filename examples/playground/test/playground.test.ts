import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { redisServer, startRedis } from '@holdfast/test-servers';
import { expect, it, onTestFinished } from 'vitest';

async function started(env: Readonly<Record<string, string>>): Promise<string> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn('node', ['--conditions=@holdfast/source', main, '--port', '0'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [announcement] = (await once(child.stdout, 'data')) as [Buffer];
  return /http:\/\/\S+/.exec(announcement.toString())?.[0] ?? '';
}

it.skipIf(redisServer() === undefined)('counts visits on a Redis whose commands are measured', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const url = await started({ REDIS_URL: redis.url });
  expect(await (await fetch(`${url}/api/v1/apps`)).json()).toEqual([]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/redis_command_duration_ms_count\{service="playground",command="incr"\} 1/i);
});

it('says in one line why it cannot start', async () => {
  const url = await started({});
  const { port } = new URL(url);
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const second = spawn('node', ['--conditions=@holdfast/source', main, '--port', port], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(second, 'close')) as [number];
  expect(said.trimEnd().split('\n').at(-1)).toMatch(/^playground: .*port/);
  expect(code).toBe(1);
});
