import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram, serviceEnvironment, temporaryFolder } from './process.ts';

let folder: string;
let data: string;

beforeEach(() => {
  folder = temporaryFolder();
  data = join(folder, 'data');
  mkdirSync(data);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Failed {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function failsWith(env: Record<string, string | undefined>, args: string[] = []): Promise<Failed> {
  const program = runProgram('main.ts', { args, env: { ...serviceEnvironment(data), ...env }, cwd: folder });
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** One clear line on standard error, nothing on standard output, and an exit code that says so. */
function expectOneLine({ code, stdout, stderr }: Failed, line: string): void {
  expect(stderr).toBe(`webhook-payments: ${line}\n`);
  expect(stdout).toBe('');
  expect(code).toBe(1);
}

function lockedLine(file: string): string {
  return `${file} is locked by another process. Stop that one, or set HOLDFAST_DATA_DIR to another folder.`;
}

describe('npm start', { timeout: 90_000 }, () => {
  it('says on one line of standard output where it listens, and ends with 0 on SIGTERM', async () => {
    const program = runProgram('main.ts', { env: serviceEnvironment(data), cwd: folder });
    const [line, url = ''] = await program.says(/^webhook-payments listens on (http:\/\/127\.0\.0\.1:\d+)\n/);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe(line);
  });

  it('reads a .env file in the current folder', async () => {
    const lines = Object.entries(serviceEnvironment(data)).map(([name, value]) => `${name}=${value}`);
    writeFileSync(join(folder, '.env'), lines.join('\n'));
    const program = runProgram('main.ts', { cwd: folder });
    await program.says(/listens on/);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

describe('npm start says in one line what is wrong', { timeout: 90_000 }, () => {
  it('when a secret is missing', async () => {
    expectOneLine(
      await failsWith({ STRIPE_WEBHOOK_SECRETS: undefined }),
      'STRIPE_WEBHOOK_SECRETS is not set: it is the secret that stripe signs with. Set it in the environment or in a .env file; .env.example lists all.',
    );
  });

  it('when a secret is not one, without showing it', async () => {
    const failed = await failsWith({ STANDARD_WEBHOOK_SECRETS: '%%%' });
    expect(failed.stderr).toMatch(/^webhook-payments: .*standard.*\n$/);
    expect(failed.stderr).not.toContain('%%%');
    expect(failed.code).toBe(1);
  });

  it('when an option cannot be used', async () => {
    expectOneLine(
      await failsWith({ PORT: 'eighty' }),
      "PORT is 'eighty'; it must be a whole number from 0 to 65535.",
    );
    const failed = await failsWith({}, ['--prot', '80']);
    expect(failed.stderr).toMatch(/^webhook-payments: Unknown option '--prot'.* See --help.\n$/);
    expect(failed.code).toBe(1);
  });

  it('when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failed = await failsWith({ PORT: String(port) });
    other.close();
    expectOneLine(
      failed,
      `The port of 127.0.0.1:${port} is in use. Stop what uses it, or set PORT to another one.`,
    );
  });

  it.each(['payments.db', 'queue.db'])('when %s is not a database', async (name) => {
    const file = join(data, name);
    writeFileSync(file, 'This is a letter to my aunt, and not a database at all.\n'.repeat(100));
    expectOneLine(
      await failsWith({}),
      `${file} is not a database, or a damaged one. Move it away, or set HOLDFAST_DATA_DIR to another folder.`,
    );
  });

  it.each(['payments.db', 'queue.db'])('when %s is new and locked', async (name) => {
    const file = join(data, name);
    const other = new Database(file);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('CREATE TABLE held (id INTEGER); BEGIN EXCLUSIVE');
    const failed = await failsWith({});
    other.close();
    expectOneLine(failed, lockedLine(file));
  });

  it('when a database of an earlier run is locked', async () => {
    const earlier = runProgram('main.ts', { env: serviceEnvironment(data), cwd: folder });
    await earlier.says(/listens on/);
    earlier.child.kill('SIGTERM');
    await earlier.ended;
    for (const file of [join(data, 'payments.db'), join(data, 'queue.db')]) {
      const other = new Database(file);
      other.exec('BEGIN EXCLUSIVE');
      const failed = await failsWith({});
      other.close();
      expectOneLine(failed, lockedLine(file));
    }
  });

  it('when the data folder cannot be a folder', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const failed = await failsWith({ HOLDFAST_DATA_DIR: file });
    expect(failed.stderr).toMatch(
      /^webhook-payments: .*a-file.* cannot be opened for writing \(E\w+\)\..*\n$/,
    );
    expect(failed.code).toBe(1);
  });

  it('when Redis does not answer', async () => {
    const failed = await failsWith({ REDIS_URL: 'redis://:the-password@127.0.0.1:9' });
    expectOneLine(failed, 'Redis at 127.0.0.1:9 does not answer. Start it, or set REDIS_URL to where it is.');
  });

  it('when PostgreSQL does not answer', async () => {
    const failed = await failsWith({ DATABASE_URL: 'postgresql://user:the-password@127.0.0.1:9/payments' });
    expectOneLine(
      failed,
      'PostgreSQL at 127.0.0.1:9 does not answer. Start it, or set DATABASE_URL to where it is.',
    );
  });

  it('when several instances are to run on SQLite files', async () => {
    expectOneLine(
      await failsWith({ REPLICAS: '3' }),
      'REPLICAS is 3, and a SQLite file cannot be shared by several instances: set DATABASE_URL to a PostgreSQL for payments and queue (and REDIS_URL to have the queue on Redis), or run one instance with REPLICAS=1.',
    );
  });
});
