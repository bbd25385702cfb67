/** Amounts are whole numbers of the currency's smallest unit: 1250 EUR is twelve euros and fifty cents. */
export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface Order {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
  readonly note: string | null;
  /** ISO 4217. */
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  readonly totalMinor: number;
  /** Grows by one with each change; the entity tag. */
  readonly version: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Epoch ms; only administrators see orders that have it. */
  readonly deletedAt: number | null;
  readonly deletedBy: string | null;
}

/** What a client may change of an order that is placed. */
export interface OrderChanges {
  readonly email?: string | undefined;
  readonly note?: string | null | undefined;
}

/** An order as its owner sees it. */
export function shown({ tenantId: _tenant, deletedAt: _at, deletedBy: _by, ...order }: Order): object {
  return { ...order, createdAt: timeText(order.createdAt), updatedAt: timeText(order.updatedAt) };
}

/** An order as administrators see it. */
export function shownToAdmin(order: Order): object {
  const { tenantId, deletedAt, deletedBy } = order;
  return {
    ...shown(order),
    tenantId,
    deletedAt: deletedAt === null ? null : timeText(deletedAt),
    deletedBy,
  };
}

/** What the audit trail keeps of an order: what a client may see of it, and nothing of how it is stored. */
export function auditImage({ email, note, currency, lines, totalMinor, version }: Order): object {
  return { email, note, currency, lines, totalMinor, version };
}

function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
