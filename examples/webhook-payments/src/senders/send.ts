/**
 * `npm run send`: what a webhook provider does. Sends one signed payment to the running service, and waits until its
 * effect is recorded.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { WebhookFixture } from './fixture.ts';
import { paymentFixtures } from './payments.ts';
import { signedHeaders } from './signing.ts';

const USAGE = `npm run send -- [--provider stripe|paddle|standard] [--times N]

Sends one signed payment, N times under the same event id, and shows the effect. The service must run: npm run dev.
`;
const LOOK_EVERY_MS = 100;
const GIVE_UP_AFTER_MS = 15_000;

const { values } = parseArgs({
  options: {
    provider: { type: 'string', default: 'stripe' },
    times: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h' },
  },
});
const { HOST = '127.0.0.1', PORT = '3000', OPERATOR_KEY = '' } = process.env;
const service = `http://${HOST}:${PORT}`;

if (values.help) {
  process.stdout.write(USAGE);
} else {
  try {
    const payment = newPayment(values.provider);
    for (let sent = 0; sent < Number(values.times); sent += 1) await send(payment);
    process.stdout.write(`${JSON.stringify(await effectOf(payment), undefined, 2)}\n`);
  } catch (error) {
    process.stderr.write(`send: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** A payment that was never sent before. */
function newPayment(provider: string): WebhookFixture {
  const sample = paymentFixtures(3).find((fixture) => fixture.provider === provider);
  if (sample === undefined) throw new Error(`There is no payment of '${provider}' to send. See --help.`);
  const eventId = `evt_${randomUUID()}`;
  return { ...sample, eventId, body: sample.body.replaceAll(sample.eventId, eventId) };
}

async function send(payment: WebhookFixture): Promise<void> {
  const { provider, body } = payment;
  const [secret = ''] = (process.env[`${provider.toUpperCase()}_WEBHOOK_SECRETS`] ?? '').split(',');
  const headers = signedHeaders(payment, secret.trim(), Date.now());
  const url = `${service}/webhooks/${provider}`;
  const response = await fetch(url, { method: 'POST', headers, body }).catch((cause: unknown) => {
    throw new Error(`${service} does not answer. Start the service with npm run dev.`, { cause });
  });
  process.stderr.write(`POST ${url} ${response.status} ${await response.text()}\n`);
  if (!response.ok) throw new Error(`The service refused the webhook with ${response.status}.`);
}

/** What the service has recorded of it: the worker charges first. */
async function effectOf({ provider, eventId }: WebhookFixture): Promise<unknown> {
  const url = `${service}/payments/${provider}/${eventId}`;
  for (let waitedMs = 0; waitedMs < GIVE_UP_AFTER_MS; waitedMs += LOOK_EVERY_MS) {
    const response = await fetch(url, { headers: { 'x-api-key': OPERATOR_KEY } });
    if (response.ok) return response.json();
    if (response.status !== 404) throw new Error(`GET ${url} answered ${response.status}.`);
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`No effect after ${GIVE_UP_AFTER_MS / 1000} s. The log of the service says why.`);
}
