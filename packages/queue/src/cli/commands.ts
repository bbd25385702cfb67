import type { BulkOptions, BulkResult } from '../dead-letters/bulk.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { DeadLetterNotFoundError, QueueError } from '../errors.ts';
import type { ActCommand, ListCommand, ShowCommand } from './arguments.ts';
import { renderGroups, renderLetter, renderLetters } from './show.ts';
import { printable, printableJson } from './terminal-text.ts';
import { UsageError } from './usage-error.ts';

/** Where a command writes, and whom it asks. */
export interface Terminal {
  /** Of the terminal, or undefined where standard output is none: then no line is cut. */
  readonly columns: number | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Undefined where there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

export interface CommandContext {
  readonly letters: DeadLetters<unknown>;
  readonly queue: string;
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

export const EXIT = { done: 0, failed: 1, usage: 2, notConfirmed: 3, stopped: 130 } as const;

const PROGRESS_EVERY = 1000;

export async function list(context: CommandContext, command: ListCommand): Promise<number> {
  return command.groups ? listGroups(context, command) : listLetters(context, command);
}

async function listGroups(
  { letters, json, terminal, queue }: CommandContext,
  { limit }: ListCommand,
): Promise<number> {
  const found = await letters.groups();
  if (json) return print(terminal, found);
  if (found.total === 0) terminal.out(`The queue ${printable(queue)} has no dead letters.`);
  else {
    terminal.out(renderGroups(found.groups.slice(0, limit), terminal.columns ?? Number.MAX_SAFE_INTEGER));
    terminal.out(`\n${found.total} dead letters, ${found.groups.length} failures.`);
  }
  return EXIT.done;
}

async function listLetters(
  { letters, json, terminal, queue, signal }: CommandContext,
  { limit, cursor, filter }: ListCommand,
): Promise<number> {
  const items = [];
  let next = cursor;
  let total: number;
  // A filtered page may be short or empty though there is more.
  do {
    const page = await letters.list({
      limit: limit - items.length,
      filter,
      ...(next !== undefined && { cursor: next }),
    });
    items.push(...page.items);
    total = page.total;
    next = page.nextCursor;
  } while (next !== undefined && items.length < limit && !signal.aborted);
  if (json) return print(terminal, { items, total, nextCursor: next ?? null });
  if (items.length === 0) {
    terminal.out(
      `The queue ${printable(queue)} has ${total === 0 ? 'no dead letters' : `${total} dead letters, none that is meant`}.`,
    );
    return EXIT.done;
  }
  terminal.out(renderLetters(items, terminal.columns ?? Number.MAX_SAFE_INTEGER));
  terminal.out(`\n${items.length} shown, ${total} dead letters in all.`);
  if (next !== undefined) terminal.out(`Next page: --cursor ${next}`);
  return EXIT.done;
}

export async function show(
  { letters, json, terminal, queue }: CommandContext,
  { id }: ShowCommand,
): Promise<number> {
  const letter = await letters.get(id);
  if (letter === undefined) throw new DeadLetterNotFoundError(queue, id);
  const acts = await letters.acts({ jobId: id });
  if (json) return print(terminal, { ...letter, acts });
  terminal.out(renderLetter(letter, acts));
  return EXIT.done;
}

export async function act(context: CommandContext, command: ActCommand): Promise<number> {
  return command.ids.length > 0 ? actOnIds(context, command) : actOnFilter(context, command);
}

async function actOnIds(
  context: CommandContext,
  { name, ids, by, dryRun, yes }: ActCommand,
): Promise<number> {
  const { letters, json, terminal, signal } = context;
  const refusal = await refused(context, name, ids.length, name === 'discard', yes || dryRun);
  if (refusal) return EXIT.notConfirmed;
  const results: { id: string; done: boolean; error?: { code: string; message: string } }[] = [];
  for (const id of ids) {
    if (signal.aborted) break;
    try {
      if (dryRun) await requireLetter(context, id);
      else await (name === 'retry' ? letters.redrive(id, { by }) : letters.discard(id, { by }));
      results.push({ id, done: !dryRun });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      results.push({ id, done: false, error: { code: error.code, message: error.message } });
    }
  }
  if (json) print(terminal, { act: name, dryRun, results });
  else {
    for (const { id, error } of results) {
      if (error !== undefined) terminal.err(`holdfast-dlq: ${printable(error.message)}`);
      else terminal.out(`${dryRun ? `would ${name}` : past(name)} ${printable(id)}`);
    }
  }
  if (signal.aborted) return EXIT.stopped;
  return results.every(({ error }) => error === undefined) ? EXIT.done : EXIT.failed;
}

async function actOnFilter(context: CommandContext, command: ActCommand): Promise<number> {
  const { letters, json, terminal, signal } = context;
  const { name, filter, by, perSecond, dryRun, run, yes } = command;
  const options: BulkOptions = {
    filter,
    by,
    signal,
    ...(perSecond !== undefined && { perSecond }),
    ...(run !== undefined && { run }),
  };
  const actOnAll = (more: BulkOptions) =>
    name === 'retry'
      ? letters.redriveAll({ ...options, ...more })
      : letters.discardAll({ ...options, ...more });
  if (!dryRun && !yes) {
    const { matched } = await actOnAll({ dryRun: true });
    if (await refused(context, name, matched, true, false)) return EXIT.notConfirmed;
  }
  let shownAt = 0;
  const result = await actOnAll({
    dryRun,
    onProgress: ({ done, run: name }) => {
      if (json || done < shownAt + PROGRESS_EVERY) return;
      shownAt = done;
      terminal.err(`${done} done (run ${printable(name)})`);
    },
  });
  if (json) print(terminal, result);
  else tellResult(terminal, name, result);
  return result.aborted ? EXIT.stopped : EXIT.done;
}

function tellResult(terminal: Terminal, name: ActCommand['name'], result: BulkResult): void {
  const { dryRun, matched, done, skipped, aborted, examples, run } = result;
  if (dryRun) {
    terminal.out(
      `would ${name} ${matched} dead letters${matched === 0 ? '' : `, for example ${printable(examples.join(' '))}`}`,
    );
    return;
  }
  terminal.out(
    `${past(name)} ${done} of ${matched} dead letters${skipped === 0 ? '' : `; ${skipped} were taken by somebody else`} (run ${printable(run)})`,
  );
  if (aborted) terminal.err(`Stopped. To go on, give the same command with --run ${printable(run)}`);
}

/** Whether the operator, asked, does not say yes. @throws UsageError where there is nobody to ask */
async function refused(
  { terminal, queue }: CommandContext,
  name: ActCommand['name'],
  count: number,
  needed: boolean,
  confirmed: boolean,
): Promise<boolean> {
  if (!needed || confirmed) return false;
  if (terminal.ask === undefined) {
    throw new UsageError(
      `This would ${name} ${count} dead letters. There is no terminal to ask on: give --yes to confirm, or --dry-run.`,
    );
  }
  const forGood = name === 'discard' ? ' for good' : '';
  const answer = await terminal.ask(
    `${name === 'retry' ? 'Retry' : 'Discard'} ${count} dead letters of the queue ${printable(queue)}${forGood}? [y/N] `,
  );
  if (/^y(es)?$/i.test(answer.trim())) return false;
  terminal.err('Nothing was done.');
  return true;
}

async function requireLetter({ letters, queue }: CommandContext, id: string): Promise<void> {
  if ((await letters.get(id)) === undefined) throw new DeadLetterNotFoundError(queue, id);
}

function past(name: ActCommand['name']): string {
  return name === 'retry' ? 'retried' : 'discarded';
}

function print(terminal: Terminal, value: unknown): number {
  terminal.out(printableJson(value));
  return EXIT.done;
}
