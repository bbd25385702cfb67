import type { DeadLetter, DeadLetterSummary } from '../dead-letters/dead-letter.ts';
import type { RecordedAct } from '../dead-letters/dead-letter-acts.ts';
import type { DeadLetterGroup } from '../dead-letters/groups.ts';
import { renderTable } from './table.ts';
import { printable, printableJson, printableLines } from './terminal-text.ts';

export function renderLetters(items: readonly DeadLetterSummary[], columns: number): string {
  const head = ['ID', 'TYPE', 'CLASS', 'DIED', 'REDRIVES', 'GROUP', 'REASON'];
  const rows = items.map((letter) => [
    letter.id,
    letter.jobName,
    letter.failureClass,
    time(letter.failedAt),
    String(letter.redrives),
    letter.fingerprint,
    letter.reason,
  ]);
  return renderTable(head, rows, columns);
}

export function renderGroups(groups: readonly DeadLetterGroup[], columns: number): string {
  const head = ['COUNT', 'GROUP', 'CLASS', 'FIRST', 'LAST', 'EXAMPLE', 'ERROR'];
  const rows = groups.map((group) => [
    String(group.count),
    group.fingerprint,
    group.failureClass,
    time(group.firstFailedAt),
    time(group.lastFailedAt),
    group.exampleId,
    group.frame === '' ? group.error : `${group.error} at ${group.frame}`,
  ]);
  return renderTable(head, rows, columns);
}

/** A letter in full: what it is, its payload, what failed and who did what. */
export function renderLetter(letter: DeadLetter<unknown>, acts: readonly RecordedAct[]): string {
  const traceId = letter.carrier.traceparent?.split('-')[1];
  const facts: [string, string | undefined][] = [
    ['id', letter.id],
    ['type', letter.jobName],
    ['reason', letter.reason],
    ['class', letter.failureClass],
    ['group', letter.fingerprint],
    ['died', time(letter.failedAt)],
    ['enqueued', time(letter.enqueuedAt)],
    ['attempts', String(letter.attempts)],
    ['stalls', String(letter.stalls)],
    ['redrives', String(letter.redrives)],
    ['trace', traceId],
    ['request', letter.carrier.requestId],
    ['correlation', letter.carrier.correlationId],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(12)}${printable(value)}`],
  );
  const attempts = letter.history.map(
    ({ attempt, at, failureClass, stack }) =>
      `  ${attempt === undefined ? 'no attempt' : `attempt ${attempt}`}, ${failureClass ?? 'stalled'}${at === undefined ? '' : `, ${time(at)}`}\n${indent(printableLines(stack), '    ')}`,
  );
  return [
    ...lines,
    '',
    'payload',
    indent(printableJson(letter.data, 2), '  '),
    '',
    'failed attempts, the oldest first',
    ...attempts,
    '',
    'acts, the newest first',
    ...renderActs(acts),
  ].join('\n');
}

function renderActs(acts: readonly RecordedAct[]): string[] {
  if (acts.length === 0) return ['  none'];
  return acts.map(
    ({ act, by, at, confirmed }) =>
      `  ${time(at)} ${act} by ${printable(by)}${confirmed ? '' : ' (not confirmed)'}`,
  );
}

function indent(text: string, by: string): string {
  return text.replace(/^/gm, by);
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
