/**
 * One line for the person who starts the service: what failed, and what was behind it. Never a stack; the messages of
 * the packages hold no secrets.
 */
export function describeStartFailure(error: unknown): string {
  const messages: string[] = [];
  for (let link = error; link instanceof Error && messages.length < 5; link = link.cause) {
    const message = messageOf(link);
    if (!messages.some((earlier) => earlier.includes(message))) messages.push(message);
  }
  return messages.join(' ').replaceAll(/\s*\n\s*/g, ' ');
}

/** A connection that is tried over IPv4 and IPv6 fails with an error without a message of its own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}
