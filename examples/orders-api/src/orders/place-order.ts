import { randomUUID } from 'node:crypto';
import { getCurrentTenantId } from '@holdfast/context';
import { RequestError } from '../errors.ts';
import type { Pricing } from '../pricing/pricing.ts';
import type { OrderRequest } from './bodies.ts';
import type { Order } from './order.ts';

/**
 * An order with the prices of now. Nothing is written yet, so a call that fails here may be repeated.
 * @throws RequestError 422 for what is not sold; what `pricing` throws
 */
export async function pricedOrder(request: OrderRequest, pricing: Pricing): Promise<Order> {
  const { email, note, currency } = request;
  const prices = await pricing.pricesOf(currency, [...new Set(request.lines.map(({ sku }) => sku))]);
  const lines = request.lines.map(({ sku, quantity }) => {
    const unitPriceMinor = prices.get(sku);
    if (unitPriceMinor === undefined) {
      throw new RequestError(422, 'ERR_UNKNOWN_SKU', `${sku} is not sold in ${currency}.`);
    }
    return { sku, quantity, unitPriceMinor };
  });
  const now = Date.now();
  return {
    id: randomUUID(),
    tenantId: getCurrentTenantId() ?? '',
    email,
    note,
    currency,
    lines,
    totalMinor: lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0),
    version: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    deletedBy: null,
  };
}
