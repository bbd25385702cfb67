/** What the driver said, out of Prisma's error around it. */
export function prismaCause(error: unknown): { readonly code: string; readonly message: string } | undefined {
  const { driverAdapterError } = metaOf(error);
  const cause = partOf(driverAdapterError, 'cause');
  const code = partOf(cause, 'originalCode');
  const message = partOf(cause, 'originalMessage');
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
}

function metaOf(error: unknown): { driverAdapterError?: unknown } {
  const meta = error instanceof Error ? partOf(error, 'meta') : undefined;
  return typeof meta === 'object' && meta !== null ? meta : {};
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}
