/** Objects whose own keys say nothing, or far too much, and what is written of them instead. */
export function knownShape(value: object): { value: object | string } | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return { value: `[${value.byteLength} bytes]` };
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return { value: fromEntries(value) };
  }
  if (value instanceof Set) return { value: [...value] };
  if (value instanceof Promise) return { value: '[promise]' };
  if ('headers' in value && 'method' in value && 'socket' in value) return { value: requestFields(value) };
  if ('statusCode' in value && 'getHeaders' in value && typeof value.getHeaders === 'function') {
    return { value: { statusCode: value.statusCode, headers: value.getHeaders() as unknown } };
  }
  return undefined;
}

function fromEntries(entries: Iterable<readonly [unknown, unknown]>): object {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) fields[typeof key === 'string' ? key : typeof key] = value;
  return fields;
}

/** Of a request of node:http: its target without the query, which is where secrets travel. */
function requestFields(request: object): object {
  const { method, headers, url } = request as { method: unknown; headers: unknown; url?: unknown };
  return { method, url: typeof url === 'string' ? url.split('?', 1)[0] : undefined, headers };
}
