import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { openQueue } from '../queue.ts';
import { findLeaks } from './leaks.ts';
import type { Plan } from './scale.ts';
import { findTraceStory, type TraceStory } from './trace-story.ts';
import type { DeadLetterFact, Facts, KillFact } from './verdict/facts.ts';
import { readStoredFacts } from './verdict/read-facts.ts';
import type { Workspace } from './workspace.ts';

export interface Evidence {
  facts: Facts;
  story: TraceStory | undefined;
}

interface Witnessed {
  kills: KillFact[];
  deadLettersBeforeRedrive: DeadLetterFact[];
  stopCode: number | null;
}

/** Gathers everything when nothing runs any more. */
export async function gatherEvidence(
  workspace: Workspace,
  config: Config,
  plan: Plan,
  witnessed: Witnessed,
): Promise<Evidence> {
  const stored = readStoredFacts(workspace);
  const queue = await readQueue(config);
  const log = readFileSync(workspace.serviceLog, 'utf8');
  const spans = readFileSync(workspace.spansFile, 'utf8');
  const leaks = findLeaks({ 'the log': log, 'the spans': spans }, secretTexts(workspace, plan));
  const story = await findTraceStory(workspace.spansFile, log, stored.effects);
  return { facts: { ...stored, ...queue, ...witnessed, leaks, trace: story?.fact }, story };
}

/** The queue as its store has it, looked into without a worker. */
async function readQueue(config: Config): Promise<Pick<Facts, 'deadLetters' | 'unfinishedJobs'>> {
  const queue = openQueue(config);
  try {
    const { counts } = await queue.getMetrics();
    const { items } = await queue.deadLetters.list({ limit: 1000 });
    const letters = await Promise.all(items.map(({ id }) => queue.deadLetters.get(id)));
    const deadLetters = letters.flatMap((letter) =>
      letter === undefined
        ? []
        : [
            {
              eventId: letter.data.eventId,
              error: letter.reason,
              traceId: letter.carrier.traceparent?.split('-')[1],
              historyLength: letter.history.length,
            },
          ],
    );
    const unfinishedJobs = counts.waiting + counts.prioritized + counts.active + counts.delayed;
    return { deadLetters, unfinishedJobs };
  } finally {
    await queue.close();
  }
}

/** By name, what must not be seen: every secret, and what payloads say of people. */
function secretTexts({ secrets }: Workspace, plan: Plan): [name: string, text: string][] {
  const webhook = Object.entries(secrets.webhook).flatMap(([provider, active]) =>
    active.map((secret): [string, string] => [`a webhook secret of ${provider}`, secret]),
  );
  const personal = plan.fixtures.flatMap(({ privateText }): [string, string][] =>
    privateText === undefined ? [] : [['an address out of a payload', privateText]],
  );
  return [
    ...webhook,
    ['the operator key', secrets.operatorKey],
    ['the payment provider’s key', secrets.providerApiKey],
    ...personal,
  ];
}
