const OWN_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors', '__proto__']);

/**
 * An error as fields: `type`, `message`, `stack`, whatever the error carries besides (`code`, `statusCode`), then
 * `errors` of an AggregateError and `cause`, which are followed like any other value.
 */
export function errorFields(error: Error): [string, unknown][] {
  const fields: [string, unknown][] = [
    ['type', attempt(() => error.name)],
    ['message', attempt(() => error.message)],
    ['stack', attempt(() => error.stack)],
  ];
  for (const key of Object.keys(error)) {
    if (!OWN_FIELDS.has(key)) fields.push([key, attempt(() => Reflect.get(error, key))]);
  }
  if ('errors' in error) fields.push(['errors', attempt(() => error.errors)]);
  fields.push(['cause', attempt(() => error.cause)]);
  return fields;
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return '[unreadable]';
  }
}
