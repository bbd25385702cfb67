/** The child's side of `child.ts`. */

export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly handler: string;
  readonly argument: unknown;
}

/**
 * Says that this process is ready, then answers the parent's questions one at a time with the handlers. The process
 * ends with SIGTERM and with its parent.
 */
export function answerParent(handlers: Handlers): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('This file is started by the benchmarks, not by hand.');
  let previous: Promise<void> = Promise.resolve();
  process.on('message', (question: Question) => {
    previous = previous.then(async () => void send(await reply(handlers, question)));
  });
  process.once('disconnect', () => process.exit(0));
  process.once('SIGTERM', () => process.exit(0));
  send({ id: 0 });
}

async function reply(handlers: Handlers, { id, handler, argument }: Question): Promise<object> {
  try {
    const handle = handlers[handler];
    if (handle === undefined) throw new Error(`The measured process has no handler "${handler}".`);
    return { id, value: await handle(argument as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
