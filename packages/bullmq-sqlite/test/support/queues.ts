import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IQueueBackend, type Job, withBackend } from 'bullmq';
import { afterEach, vi } from 'vitest';
import type { SqliteQueueBackend } from '../../src/backend/sqlite-queue-backend.ts';
import { expiryClock } from '../../src/database/expiry-clock.ts';
import {
  createSqliteBackend,
  type SqliteQueueBackend as PublicBackend,
  type SqliteConnectionOptions,
} from '../../src/index.ts';

/** BullMQ's own classes on the backend under test. */
export const sqlite: ReturnType<typeof withBackend<PublicBackend, SqliteConnectionOptions>> =
  withBackend(createSqliteBackend);

export type TestQueue = InstanceType<typeof sqlite.Queue>;
export type TestWorker = InstanceType<typeof sqlite.Worker>;

/** A time to start from where a test sets the clock: 2023-11-14T22:13:20Z. */
export const NOON = 1_700_000_000_000;

const opened: { close(): Promise<unknown> }[] = [];
const folders: string[] = [];

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const resource of opened.splice(0).reverse()) await resource.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A path in a new folder that is removed after the test. */
export function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bullmq-'));
  folders.push(folder);
  return join(folder, 'queue.db');
}

/** Closes what a test has opened when the test ends, the last first. */
export function track<T extends { close(): Promise<unknown> }>(resource: T): T {
  opened.push(resource);
  return resource;
}

export function openQueue(file: string = newFile(), name = 'jobs', options: object = {}): TestQueue {
  return track(new sqlite.Queue(name, { connection: { file }, ...options }));
}

/** A worker that does nothing by itself: tests claim and finish job by job, so that no test waits. */
export function openManualWorker(file: string, options: object = {}, name = 'jobs'): TestWorker {
  return track(new sqlite.Worker(name, null, { connection: { file }, autorun: false, ...options }));
}

/** The backend itself, with its own types. */
export function backendOf(owner: { getBackend(): IQueueBackend }): SqliteQueueBackend {
  return owner.getBackend() as SqliteQueueBackend;
}

/** The clock of the process, and that by which locks and limits run out, stand at `NOON` until `vi.setSystemTime` moves it. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  vi.spyOn(expiryClock, 'now').mockImplementation(() => Date.now());
}

/** The id of the next job that a fetch gives, or undefined. */
export async function claim(worker: TestWorker, token = 'token'): Promise<Job | undefined> {
  return worker.getNextJob(token, { block: false });
}

/** The ids of all jobs that can be claimed, in their order. */
export async function claimAll(worker: TestWorker): Promise<string[]> {
  const ids: string[] = [];
  for (let job = await claim(worker); job !== undefined; job = await claim(worker)) ids.push(String(job.id));
  return ids;
}
