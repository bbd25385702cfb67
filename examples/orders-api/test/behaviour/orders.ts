import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, Client } from '../client.ts';

export const ORDER = {
  email: 'ada@example.com',
  currency: 'EUR',
  lines: [
    { sku: 'kelp', quantity: 2 },
    { sku: 'moss', quantity: 1 },
  ],
};

export function post(
  client: Client,
  body: unknown = ORDER,
  key: string = randomUUID(),
  headers: Record<string, string> = {},
): Promise<Answer> {
  return client('POST', '/orders', { headers: { 'idempotency-key': key, ...headers }, body });
}

/** @returns its id */
export async function placed(client: Client, body: unknown = ORDER): Promise<string> {
  const { status, body: order } = await post(client, body);
  expect(status).toBe(201);
  return order.id;
}

export async function changesOf(client: Client, id: string): Promise<string[]> {
  const { body } = await client('GET', `/orders/${id}/timeline`);
  return body.items.map((entry) => entry.changeType);
}

export async function mailsOf(client: Client, id: string): Promise<string[]> {
  const { body } = await client('GET', `/orders/${id}/mails`);
  return body.items.map((mail) => mail.subject);
}

export const PATIENCE = { timeout: 20_000, interval: 50 };
