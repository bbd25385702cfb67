import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CircuitBreaker, EMAIL_CONFIG, retryAfterMs } from '../src/index.ts';

// The recipe of the README, as a service would write it: document 002 asks that what cannot be sent is queued.

interface Mail {
  readonly id: string;
  readonly to: string;
}

/** What the recipe needs of a queue; the caller brings it. */
interface LaterQueue {
  add(mail: Mail, delayMs: number): Promise<void> | void;
}

const SOON_MS = 30_000;

function createMailer(deliver: (mail: Mail) => Promise<void>, later: LaterQueue, clock: Clock = systemClock) {
  const breaker = new CircuitBreaker({ ...EMAIL_CONFIG, name: 'email', clock, random: () => 0 });
  return {
    breaker,
    send: (mail: Mail): Promise<'sent' | 'queued'> =>
      breaker.executeWithFallback(
        async (error) => {
          await later.add(mail, retryAfterMs(error) ?? SOON_MS);
          return 'queued' as const;
        },
        async () => {
          await deliver(mail);
          return 'sent' as const;
        },
      ),
  };
}

/** A queue in an SQLite file, with the time at which each mail is due. */
class SqliteLater implements LaterQueue {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;

  constructor(file: string, clock: Clock) {
    this.#db = new DatabaseSync(file);
    this.#clock = clock;
    this.#db.exec('PRAGMA journal_mode = WAL');
    this.#db.exec('CREATE TABLE IF NOT EXISTS later (id TEXT PRIMARY KEY, recipient TEXT, due REAL) STRICT');
  }

  add({ id, to }: Mail, delayMs: number): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO later VALUES (?, ?, ?)')
      .run(id, to, this.#clock.wallTime() + delayMs);
  }

  get size(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM later').get()?.['n']);
  }

  /** Hands every mail that is due to `send`, which may queue it again. */
  async drain(send: (mail: Mail) => Promise<unknown>): Promise<void> {
    const due = this.#db.prepare('SELECT id, recipient FROM later WHERE due <= ? ORDER BY due');
    for (const { id, recipient } of due.all(this.#clock.wallTime())) {
      const mail = { id: String(id), to: String(recipient) };
      if ((await send(mail)) === 'sent') this.#db.prepare('DELETE FROM later WHERE id = ?').run(mail.id);
    }
  }

  close(): void {
    this.#db.close();
  }
}

let folder: string;
let clock: ManualClock;
let later: SqliteLater;
let health: 'up' | 'down';
let delivered: string[];
let attempts: number;

const deliver = async (mail: Mail): Promise<void> => {
  attempts += 1;
  if (health === 'down') throw Object.assign(new Error('SMTP is down'), { code: 'ECONNREFUSED' });
  delivered.push(mail.id);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-later-'));
  clock = new ManualClock();
  later = new SqliteLater(join(folder, 'mail.db'), clock);
  health = 'up';
  delivered = [];
  attempts = 0;
});

afterEach(() => {
  later.close();
  rmSync(folder, { recursive: true });
});

describe('queue it for later', () => {
  it('sends at once while the dependency is well', async () => {
    const mailer = createMailer(deliver, later, clock);
    expect(await mailer.send({ id: '1', to: 'a@example.com' })).toBe('sent');
    expect(later.size).toBe(0);
  });

  it('queues through an outage without calling, and sends each mail once when it is over', async () => {
    const mailer = createMailer(deliver, later, clock);
    health = 'down';
    const ids = Array.from({ length: 30 }, (_, index) => String(index));
    for (const id of ids) expect(await mailer.send({ id, to: 'a@example.com' })).toBe('queued');
    expect(attempts).toBe(10); // EMAIL_CONFIG: five in a row, and at least ten calls
    expect(mailer.breaker.state).toBe('OPEN');
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(60_000);
      await later.drain(mailer.send);
    }
    expect(later.size).toBe(30);
    health = 'up';
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.advance(60_000);
      await later.drain(mailer.send);
    }
    expect(later.size).toBe(0);
    expect(delivered.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids);
  });

  it('waits as long as the circuit, or the server, says', async () => {
    const delays: number[] = [];
    const queue = { add: (_mail: Mail, delayMs: number) => void delays.push(delayMs) };
    const busy = Object.assign(new Error('slow down'), { status: 429, headers: { 'retry-after': '120' } });
    const throttled = createMailer(() => Promise.reject(busy), queue, clock);
    await throttled.send({ id: '1', to: 'a@example.com' });
    const open = createMailer(deliver, queue, clock);
    open.breaker.open();
    await open.send({ id: '2', to: 'a@example.com' });
    health = 'down';
    await createMailer(deliver, queue, clock).send({ id: '3', to: 'a@example.com' });
    expect(delays).toEqual([120_000, 60_000, 30_000]);
  });

  it('does not queue what no repetition can mend: the caller gets it', async () => {
    const wrong = Object.assign(new Error('no such mailbox'), { failureClass: 'permanent' });
    const mailer = createMailer(() => Promise.reject(wrong), later, clock);
    await expect(mailer.send({ id: '1', to: 'nobody' })).rejects.toBe(wrong);
    expect(later.size).toBe(0);
  });

  it('fails when the queue fails, so that no mail is lost in silence', async () => {
    health = 'down';
    const full = new Error('disk full');
    const mailer = createMailer(deliver, { add: () => Promise.reject(full) }, clock);
    await expect(mailer.send({ id: '1', to: 'a@example.com' })).rejects.toBe(full);
  });
});
