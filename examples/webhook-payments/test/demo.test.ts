import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, redisServer, startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Program, runProgram, temporaryFolder } from './process.ts';

let folder: string;
let temporary: string;

beforeEach(() => {
  folder = temporaryFolder();
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function demo(...args: string[]): Program {
  return runProgram('demo/main.ts', { args, env: { TMPDIR: temporary }, cwd: folder });
}

async function privateRedis(): Promise<{ url: string } & AsyncDisposable> {
  const server = await startRedis();
  return { url: server.url, [Symbol.asyncDispose]: () => server.stop() };
}

interface DemoJson {
  checks: { name: string; holds: boolean; detail: string }[];
  circuit: { history: { to: string }[] };
  [name: string]: unknown;
}

async function reportOf(program: Program): Promise<DemoJson> {
  const code = await program.ended;
  const lines = program.stdout().trimEnd().split('\n');
  expect(lines, program.stderr()).toHaveLength(1);
  const report = JSON.parse(lines[0] ?? '') as DemoJson;
  expect(report.checks.filter((check) => !check.holds)).toEqual([]);
  expect(code).toBe(0);
  return report;
}

const SMALL_RUN = {
  ok: true,
  accepted: 100,
  effects: 99,
  deadLettered: 1,
  redriven: 1,
  duplicatesRefused: 12,
  forgedRefused: 12,
  staleRefused: 3,
  malformedRefused: 4,
  tooLargeRefused: 1,
  unknownProviderRefused: 1,
  lost: 0,
  doubled: 0,
  kills: 1,
};

describe('the demo', { timeout: 660_000 }, () => {
  it('loses and doubles nothing through an outage and a crash, and leaves nothing behind', async () => {
    const picture = join(folder, 'report.svg');
    const report = await reportOf(demo('--scale', 'small', '--json', '--svg', picture));
    expect(report).toMatchObject({ ...SMALL_RUN, engine: 'sqlite' });
    expect(report.circuit.history.map((change) => change.to)).toEqual(
      expect.arrayContaining(['OPEN', 'HALF_OPEN', 'CLOSED']),
    );
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg /);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(redisServer() === undefined)('does the same over a Redis of its own', async () => {
    const report = await reportOf(demo('--scale', 'small', '--json', '--redis'));
    expect(report).toMatchObject({ ...SMALL_RUN, engine: 'redis' });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.skipIf(redisServer() === undefined)('leaves no key behind on the Redis of REDIS_URL', async () => {
    await using server = await privateRedis();
    const args = ['--scale', 'small', '--json'];
    const env = { TMPDIR: temporary, REDIS_URL: server.url };
    const report = await reportOf(runProgram('demo/main.ts', { args, env, cwd: folder }));
    expect(report).toMatchObject({ ...SMALL_RUN, engine: 'redis' });
    const client = new Redis(server.url);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
  });

  it('ends its processes and removes its files when it is interrupted', async () => {
    const program = demo('--scale', 'small');
    const [, service, provider] = await program.says(/service \(pid (\d+)\).*provider \(pid (\d+)\)/);
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(130);
    expect(program.stderr()).toContain('demo: stopped by SIGINT');
    for (const pid of [service, provider]) expect(isAlive(Number(pid))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('does not leave its processes alone when it is killed', async () => {
    const program = demo('--scale', 'small');
    const [, service, provider] = await program.says(/service \(pid (\d+)\).*provider \(pid (\d+)\)/);
    program.child.kill('SIGKILL');
    await program.ended;
    for (const pid of [service, provider]) {
      await expect.poll(() => isAlive(Number(pid))).toBe(false);
    }
  });

  it('says in one line why it could not run', async () => {
    const program = runProgram('demo/main.ts', { env: { TMPDIR: join(folder, 'missing') }, cwd: folder });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/^demo: ENOENT.*\n$/);
  });

  it('names an option that it does not have', async () => {
    const program = demo('--fast');
    expect(await program.ended).toBe(2);
    expect(program.stderr()).toMatch(/^demo: Unknown option '--fast'.*\n$/);
  });
});
