import type { ChargeRequest } from './ledger.ts';

/** The charge that a request body asks for, or undefined where a field is missing or wrong. */
export function parseChargeRequest(kind: string, body: string): ChargeRequest | undefined {
  const fields = parseObject(body);
  if (fields === undefined) return undefined;
  const { reference, customer, amountCents, currency } = fields;
  if (typeof reference !== 'string' || typeof customer !== 'string' || typeof currency !== 'string')
    return undefined;
  if (typeof amountCents !== 'number' || !Number.isSafeInteger(amountCents) || amountCents < 0)
    return undefined;
  return { kind, reference, customer, amountCents, currency };
}

export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
