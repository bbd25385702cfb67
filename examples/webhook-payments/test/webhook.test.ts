import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Program, runProgram, serviceEnvironment, temporaryFolder } from './process.ts';

let folder: string;
let env: Record<string, string>;
let service: Program;

beforeAll(async () => {
  folder = temporaryFolder();
  env = { ...serviceEnvironment(folder), PAYMENT_API_URL: `http://127.0.0.1:${await freePort()}` };
  service = runProgram('dev.ts', { env, cwd: folder });
  const [, port = ''] = await service.says(/listens on http:\/\/127\.0\.0\.1:(\d+)/);
  env['PORT'] = port;
});

afterAll(async () => {
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function count(file: string, sql: string, ...values: string[]): unknown {
  const database = new Database(join(folder, file), { readonly: true });
  try {
    return database
      .prepare(sql)
      .pluck()
      .get(...values);
  } finally {
    database.close();
  }
}

describe('npm run send', () => {
  it.each(['stripe', 'paddle', 'standard'])(
    'delivers one signed payment of %s three times, and it is charged and recorded once',
    async (provider) => {
      const program = runProgram('senders/send.ts', {
        args: ['--provider', provider, '--times', '3'],
        env,
        cwd: folder,
      });
      expect(await program.ended, program.stderr()).toBe(0);
      const effect = JSON.parse(program.stdout()) as { eventId: string; chargeId: string };
      expect(effect).toMatchObject({ provider, eventId: expect.stringMatching(/^evt_/) });
      const { eventId, chargeId } = effect;
      expect(chargeId).not.toBe('');
      expect(count('payments.db', 'SELECT count(*) FROM effects WHERE event_id = ?', eventId)).toBe(1);
      expect(count('payment-provider.db', 'SELECT count(*) FROM charges WHERE reference = ?', eventId)).toBe(
        1,
      );
    },
  );

  it('says in one line what is wrong', async () => {
    const unknown = runProgram('senders/send.ts', { args: ['--provider', 'square'], env, cwd: folder });
    expect(await unknown.ended).toBe(1);
    expect(unknown.stderr()).toBe("send: There is no payment of 'square' to send. See --help.\n");
    const away = runProgram('senders/send.ts', { env: { ...env, PORT: '9' }, cwd: folder });
    expect(await away.ended).toBe(1);
    expect(away.stderr()).toBe(
      'send: http://127.0.0.1:9 does not answer. Start the service with npm run dev.\n',
    );
  });
});
