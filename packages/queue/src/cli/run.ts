import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWebhookQueue, type WebhookQueueOptions } from '../webhook/webhook-queue.ts';
import { type Command, type Place, type Request, readArguments } from './arguments.ts';
import { act, type CommandContext, EXIT, list, show, type Terminal } from './commands.ts';
import { HELP } from './help.ts';
import { printable, printableJson } from './terminal-text.ts';
import { UsageError } from './usage-error.ts';

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** Aborted where the operator stops it. */
  readonly signal: AbortSignal;
}

const ANSWER_TIMEOUT_MS = 5000;

/** Runs one command line. @returns the exit code; never rejects */
export async function run({ argv, env, terminal, signal }: Surroundings): Promise<number> {
  let request: Request | undefined;
  try {
    request = readArguments(argv, env, Date.now());
    switch (request.name) {
      case 'help':
        terminal.out(HELP.trimEnd());
        return EXIT.done;
      case 'version':
        terminal.out(ownVersion());
        return EXIT.done;
      default:
        return await runCommand(request, env, terminal, signal);
    }
  } catch (error) {
    tell(terminal, error, argv.includes('--json'));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function runCommand(
  command: Command,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const queue = createWebhookQueue({
    queueName: command.place.queue,
    enqueueTimeoutMs: ANSWER_TIMEOUT_MS,
    ...engineOptions(command.place, env),
  });
  try {
    // The payload is shown as it is, whatever kind of queue it belongs to.
    const letters = queue.deadLetters as CommandContext['letters'];
    const { json, place } = command;
    const context: CommandContext = { letters, queue: place.queue, json, terminal, signal };
    switch (command.name) {
      case 'list':
        return await list(context, command);
      case 'show':
        return await show(context, command);
      default:
        return await act(context, command);
    }
  } finally {
    await queue.close();
  }
}

function engineOptions(
  { engine, url, file }: Place,
  env: NodeJS.ProcessEnv,
): Pick<WebhookQueueOptions, 'connection' | 'backend'> {
  if (engine === 'redis') return { connection: { url: url ?? '' } };
  if (engine === 'postgres') {
    // Checked by the queue itself, which names what it takes.
    return { backend: { postgres: { url } } } as unknown as Pick<WebhookQueueOptions, 'backend'>;
  }
  const path = file ?? join(env['HOLDFAST_DATA_DIR'] ?? '.holdfast', 'queue.db');
  // A mistyped path must not become an empty database.
  if (!existsSync(path)) {
    throw new UsageError(
      `There is no file ${JSON.stringify(path)}: give --file PATH of the queue's database, or --url.`,
    );
  }
  return { backend: { file: path } };
}

function tell(terminal: Terminal, error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_UNKNOWN';
  if (json) terminal.err(printableJson({ error: { code, message } }));
  else terminal.err(`holdfast-dlq: ${printable(message)}`);
  if (error instanceof UsageError || json) return;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) terminal.err(`  because: ${printable(cause.message)}`);
}

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
}
