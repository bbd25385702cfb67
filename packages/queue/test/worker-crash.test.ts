import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createWebhookQueue,
  type JobSettled,
  type WebhookEvent,
  type WebhookQueue,
  type WebhookQueueOptions,
} from '../src/index.ts';
import type { WorkerOrder } from './children/worker.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts } from './facts.ts';

const CHILD = fileURLToPath(new URL('children/worker.ts', import.meta.url));

function event(eventId: string): WebhookEvent {
  return {
    eventId,
    eventType: 'payment.paid',
    payload: '{}',
    provider: 'stripe',
    receivedAt: 1_700_000_000_000,
  };
}

/** A child whose standard output can be waited for, line by line. */
class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(order: WorkerOrder) {
    const argv = ['--conditions=@holdfast/source', CHILD, JSON.stringify(order)];
    this.#child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#child.stdout === null) throw new Error('the child has no standard output');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async line(expected: string): Promise<void> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`the child ended before it said ${expected}`);
      if (value.startsWith(expected)) return;
    }
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

describe.each(STORES.filter((engine) => engine.available))(
  'a worker killed in mid-job on $name',
  ({ start }) => {
    let engine: RunningEngine;
    let folder: string;
    let effectsFile: string;
    let options: WebhookQueueOptions;
    let queue: WebhookQueue;
    const children: WorkerProcess[] = [];

    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
      effectsFile = join(folder, 'effects.db');
      const db = new Database(effectsFile);
      db.exec(
        'CREATE TABLE seen (event_id TEXT PRIMARY KEY) STRICT; CREATE TABLE effects (event_id TEXT) STRICT',
      );
      db.close();
      options = {
        queueName: `q-${randomUUID()}`,
        ...engine.where,
        stalledIntervalMs: 200,
        enqueueTimeoutMs: 20_000,
      };
      queue = createWebhookQueue(options);
    });
    afterEach(async () => {
      await Promise.all(children.splice(0).map((child) => child.kill()));
      await queue.close();
      rmSync(folder, { recursive: true, force: true });
    });

    function startChild(hang: WorkerOrder['hang']): WorkerProcess {
      // Whoever is to be killed has a short lock, so that its job is soon free; whoever lives keeps its own.
      const lock = hang === 'never' ? {} : { lockDurationMs: 500 };
      const child = new WorkerProcess({ options: { ...options, ...lock }, effectsFile, hang });
      children.push(child);
      return child;
    }

    function effects(): unknown[] {
      const db = new Database(effectsFile, { readonly: true });
      try {
        return db.prepare('SELECT event_id FROM effects ORDER BY event_id').pluck().all();
      } finally {
        db.close();
      }
    }

    it.each(['before the effect', 'after the effect'] as const)(
      'has its job run again by another one, its effect once, when killed %s',
      async (hang) => {
        await queue.enqueue(event('evt_1'));
        const victim = startChild(hang);
        await victim.line('in hand stripe.evt_1');
        await victim.kill();
        await startChild('never').line('settled completed');
        expect(effects()).toEqual(['evt_1']);
        expect((await queue.getMetrics()).counts).toMatchObject({ completed: 1, active: 0, failed: 0 });
        expect((await queue.enqueue(event('evt_1'))).status).toBe('duplicate');
      },
    );

    it('loses none of many jobs, and doubles none', async () => {
      const ids = Array.from({ length: 12 }, (_, index) => `evt_${String(index).padStart(2, '0')}`);
      await Promise.all(ids.map((id) => queue.enqueue(event(id))));
      for (const hang of ['after the effect', 'before the effect'] as const) {
        const victim = startChild(hang);
        await victim.line('in hand');
        await victim.kill();
      }
      const worker = startChild('never');
      for (const _ of ids) await worker.line('settled completed');
      expect(effects()).toEqual(ids);
      expect((await queue.getMetrics()).counts).toMatchObject({ completed: 12, active: 0, failed: 0 });
    });

    it('buries a job whose workers die once more than maxStalls, and a redrive runs it', async () => {
      options = { ...options, maxStalls: 0 };
      await queue.enqueue(event('poison'));
      const victim = startChild('before the effect');
      await victim.line('in hand');
      await victim.kill();
      const second = startChild('never');
      await second.line('settled dead');
      expect(await queue.deadLetters.get('stripe.poison')).toMatchObject({
        failureClass: 'stalled',
        reason: 'job stalled more than allowable limit',
        stalls: 1,
      });
      await queue.deadLetters.redrive('stripe.poison', { by: 'ann' });
      await second.line('settled completed');
      expect(effects()).toEqual(['poison']);
    });

    it('frees the queue for a worker that was there all along', async () => {
      using settled = collectFacts<JobSettled>('holdfast:queue:settled', options.queueName);
      await queue.enqueue(event('evt_1'));
      const victim = startChild('before the effect');
      await victim.line('in hand');
      await queue.startWorker(() => 'done');
      await victim.kill();
      expect((await settled.count(1))[0]?.outcome).toBe('completed');
    });
  },
);
