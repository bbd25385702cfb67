import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BadInput, badInput } from '../src/senders/bad-input.ts';
import { signedHeaders } from '../src/senders/signing.ts';
import {
  OPERATOR_KEY,
  type Program,
  runProgram,
  SECRETS,
  serviceEnvironment,
  temporaryFolder,
} from './process.ts';

let folder: string;
let service: Program;
let url: string;
const sent: string[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  service = runProgram('main.ts', { env: serviceEnvironment(folder), cwd: folder });
  url = (await service.says(/listens on (\S+)/))[1] ?? '';
});

afterAll(async () => {
  service.child.kill('SIGTERM');
  await service.ended;
  rmSync(folder, { recursive: true, force: true });
});

function send(bad: BadInput): Promise<Response> {
  const { fixture, path, ageMs, signedWith, sentBody } = bad;
  const secret = signedWith === 'secret' ? SECRETS[fixture.provider] : 'd3Jvbmc=';
  const headers = signedHeaders(fixture, secret, Date.now() - ageMs);
  if (signedWith === 'nothing') {
    for (const name of Object.keys(headers)) if (/signature/i.test(name)) delete headers[name];
  }
  sent.push(...Object.entries(headers).flatMap(([name, value]) => (/signature/i.test(name) ? [value] : [])));
  return fetch(`${url}/webhooks/${path}`, { method: 'POST', headers, body: sentBody ?? fixture.body });
}

const CODES: Record<string, string> = {
  'forged 401': 'SIGNATURE_MISMATCH',
  'tampered 401': 'SIGNATURE_MISMATCH',
  'unsigned 401': 'SIGNATURE_MISSING',
  'stale 401': 'SIGNATURE_STALE',
  'malformed 400': 'WEBHOOK_UNREADABLE',
  'too-large 413': 'PAYLOAD_TOO_LARGE',
  'unknown-provider 404': 'UNKNOWN_PROVIDER',
};

const operator = (path: string, key = OPERATOR_KEY, method = 'GET') =>
  fetch(`${url}/operator/${path}`, { method, headers: { 'x-api-key': key } });

describe('POST /webhooks/:provider', () => {
  it.each(badInput(1).map((bad) => [bad.purpose, bad.path, bad.expectedStatus, bad] as const))(
    'refuses what is %s for %s with %i and a JSON error body',
    async (purpose, _path, status, bad) => {
      const response = await send(bad);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/json');
      const { error } = (await response.json()) as { error: Record<string, string> };
      expect(error['code']).toBe(CODES[`${purpose} ${status}`]);
      expect(error['message']).toMatch(/\w/);
      expect(error['requestId']).toBe(response.headers.get('x-request-id'));
    },
  );

  it('answers with problem+json when that is what the client wants', async () => {
    const response = await fetch(`${url}/webhooks/nobody`, {
      method: 'POST',
      headers: { accept: 'application/problem+json' },
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 404, code: 'UNKNOWN_PROVIDER' });
  });

  it('enqueues nothing of it', async () => {
    expect(await (await operator('status')).json()).toMatchObject({ active: 0, waiting: 0, deadLetters: 0 });
    const payments = new Database(join(folder, 'payments.db'), { readonly: true });
    expect(payments.prepare('SELECT count(*) FROM effects').pluck().get()).toBe(0);
    payments.close();
  });

  it('logs nothing of it that is secret', () => {
    const log = service.stderr();
    expect(log).toContain('/webhooks/stripe');
    for (const secret of [
      ...Object.values(SECRETS),
      ...sent,
      OPERATOR_KEY,
      'sk_of_the_payment_api',
      '@private.example',
    ]) {
      expect(log.includes(secret)).toBe(false);
    }
  });
});

describe('the operator endpoints', () => {
  it('are closed without the key', async () => {
    for (const path of ['status', 'dead-letters', 'dead-letters/1']) {
      const response = await operator(path, 'another-key-0123456789');
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'OPERATOR_KEY' } });
    }
    expect((await fetch(`${url}/operator/dead-letters/1/redrive`, { method: 'POST' })).status).toBe(401);
  });

  it('say so when there is no such dead letter', async () => {
    expect((await operator('dead-letters/none')).status).toBe(404);
    expect((await operator('dead-letters/none/redrive', OPERATOR_KEY, 'POST')).status).toBe(404);
  });

  it('refuse a page that cannot be', async () => {
    expect((await operator('dead-letters?limit=0')).status).toBe(400);
    expect((await operator('dead-letters?limit=ten')).status).toBe(400);
    expect((await operator('dead-letters?cursor=x')).status).toBe(400);
    expect((await operator('dead-letters?cursor=x&cursor=y')).status).toBe(400);
    expect(await (await operator('dead-letters?limit=10')).json()).toEqual({
      items: [],
      total: 0,
      nextCursor: null,
    });
  });
});
