import type { StartedProject } from '../../../scripts/started-project.ts';

const BODY = { email: 'ada@example.com', currency: 'EUR', lines: [{ sku: 'kelp', quantity: 2 }] };
const LOOKS = 100;
const LOOK_EVERY_MS = 100;

/** One order, sent twice under one key, and the mail that its event leads to. */
export async function tryService({ url, output }: StartedProject): Promise<void> {
  const [, key = ''] = /^demo key of acme: (\S+)$/m.exec(output) ?? [];
  const headers = { 'x-api-key': key, 'idempotency-key': 'order-1', 'content-type': 'application/json' };
  const place = async () => {
    const response = await fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(BODY) });
    return (await response.json()) as { id?: string; totalMinor?: number };
  };
  const order = await place();
  if (order.totalMinor !== 2500) throw new Error(`The order was not placed: ${JSON.stringify(order)}`);
  if ((await place()).id !== order.id) throw new Error('One key placed two orders.');
  for (let look = 0; look < LOOKS; look += 1) {
    const mails = await (await fetch(`${url}/orders/${order.id}/mails`, { headers })).text();
    if (mails.includes('"subject"')) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error('The event of the order has led to no mail.');
}
