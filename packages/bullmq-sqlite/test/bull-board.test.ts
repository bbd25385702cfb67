import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { CHROMIUM_ARGUMENTS, chromium } from '@holdfast/test-servers';
import express from 'express';
import { type Browser, type Locator, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  claim,
  newFile,
  openManualWorker,
  openQueue,
  sqlite,
  type TestQueue,
  track,
} from './support/queues.ts';

const executablePath = chromium();

describe.skipIf(executablePath === undefined)('bull-board, unchanged, in Chromium', () => {
  let browser: Browser;
  let page: Page;
  let server: Server;
  let url: string;
  let file: string;
  let mail: TestQueue;
  /** What went wrong in the page, and each answer of the board that is an error. */
  let troubles: string[];

  beforeAll(async () => {
    browser = await playwright.launch({
      executablePath: executablePath ?? '',
      args: [...CHROMIUM_ARGUMENTS],
    });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    file = newFile();
    mail = openQueue(file, 'mail');
    await fill(mail, file);
    const serverAdapter = new ExpressAdapter();
    // Its types know BullMQ's Queue on Redis alone; it itself asks for no more than any Queue has.
    const queues = [mail, openQueue(file, 'reports')].map((queue) => new BullMQAdapter(queue as never));
    createBullBoard({ queues, serverAdapter });
    server = express().use(serverAdapter.getRouter()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    page = await browser.newPage();
    troubles = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('response', (answer) => {
      if (answer.status() >= 400) troubles.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
    });
  });

  afterEach(async () => {
    await page.close();
    server.closeAllConnections();
    server.close();
  });

  const open = (path: string) => page.goto(`${url}${path}`, { waitUntil: 'domcontentloaded' });
  const tab = (status: string) => page.locator(`a[href="/queue/mail?status=${status}"]`);
  const jobs = () => page.locator('a[href*="/queue/mail/"]');
  const job = (name: string) => jobs().filter({ hasText: name });
  const confirm = () => page.getByRole('button', { name: 'Confirm', exact: true }).click();

  it('lists the queues, and the jobs of each state', async () => {
    await open('/');
    await page.locator('a[href^="/queue/reports"]').first().waitFor();
    await page.locator('a[href^="/queue/mail"]').first().click();
    for (const [status, count, name] of [
      ['active', '1', 'running'],
      ['waiting', '2', 'waits'],
      ['waiting-children', '1', 'book'],
      ['prioritized', '1', 'urgent'],
      ['completed', '2', 'done'],
      ['failed', '2', 'broken'],
      ['delayed', '1', 'later'],
    ] as const) {
      await tab(status).click();
      await job(name).first().waitFor();
      await tab(status).filter({ hasText: count }).waitFor();
    }
    expect(troubles).toEqual([]);
  });

  it('opens a failed job with its reason, data and log', async () => {
    await open('/queue/mail?status=failed');
    await job('broken').last().click();
    await page.getByText('no such mailbox').first().waitFor();
    await page.getByRole('tab', { name: 'Data' }).click();
    await page.getByText('ada@example.org').first().waitFor();
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByText('asked the server').first().waitFor();
    expect(troubles).toEqual([]);
  });

  it('retries a failed job, which waits again', async () => {
    await open('/queue/mail?status=failed');
    await (await action(page, job('broken').last(), 'Retry')).click();
    await confirm();
    await expect.poll(() => jobs().count()).toBe(1);
    expect(await mail.getJobCounts('failed', 'waiting')).toEqual({ failed: 1, waiting: 3 });
    expect(troubles).toEqual([]);
  });

  it('retries all failed jobs', async () => {
    await open('/queue/mail?status=failed');
    await page.getByRole('button', { name: 'Retry all', exact: true }).click();
    await confirm();
    await job('broken').first().waitFor({ state: 'detached' });
    expect(await mail.getJobCounts('failed', 'waiting')).toEqual({ failed: 0, waiting: 4 });
    expect(troubles).toEqual([]);
  });

  it('promotes a delayed job', async () => {
    await open('/queue/mail?status=delayed');
    await (await action(page, job('later'), 'Promote')).click();
    await confirm();
    await job('later').waitFor({ state: 'detached' });
    expect(await mail.getJobCounts('delayed', 'waiting')).toEqual({ delayed: 0, waiting: 3 });
    expect(troubles).toEqual([]);
  });

  it('cleans the completed jobs, one and then all', async () => {
    await open('/queue/mail?status=completed');
    await (await action(page, job('done').last(), 'Clean')).click();
    await confirm();
    await expect.poll(() => jobs().count()).toBe(1);
    expect(await mail.getCompletedCount()).toBe(1);
    await page.getByRole('button', { name: 'Clean all', exact: true }).click();
    await confirm();
    await job('done').first().waitFor({ state: 'detached' });
    expect(await mail.getCompletedCount()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('pauses and resumes the queue', async () => {
    await open('/queue/mail?status=waiting');
    const choose = async (item: string) => {
      await page.locator('button[aria-haspopup="menu"]').first().click();
      await page.getByRole('menuitem', { name: item, exact: true }).click();
      await confirm();
    };
    await choose('Pause');
    await page.getByText('[ Paused ]').first().waitFor();
    expect(await mail.isPaused()).toBe(true);
    await choose('Resume');
    await page.getByText('[ Paused ]').first().waitFor({ state: 'detached' });
    expect(await mail.isPaused()).toBe(false);
    expect(troubles).toEqual([]);
  });

  it('draws the flow that a job belongs to', async () => {
    await open('/queue/mail?status=waiting-children');
    await job('book').first().click();
    await page.getByText('chapter').first().waitFor();
    expect(troubles).toEqual([]);
  });
});

/** Jobs in all states. */
async function fill(queue: TestQueue, file: string): Promise<void> {
  const worker = openManualWorker(file, {}, 'mail');
  // The board cleans what ended five seconds ago or earlier.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 60_000 });
  for (let n = 0; n < 2; n += 1) {
    await queue.add('done', {});
    await (await claim(worker))?.moveToCompleted('sent', 'token', false);
    await queue.add('broken', { to: 'ada@example.org' });
    const failing = await claim(worker);
    await failing?.log('asked the server');
    await failing?.moveToFailed(new Error('no such mailbox'), 'token', false);
  }
  vi.useRealTimers();
  await queue.add('running', {});
  await claim(worker);
  await queue.add('waits', {});
  await queue.add('urgent', {}, { priority: 3 });
  await queue.add('later', {}, { delay: 3_600_000 });
  const flows = track(new sqlite.FlowProducer({ connection: { file } }));
  const jobOf = (id: string) => ({ name: id, queueName: 'mail', opts: { jobId: id } });
  await flows.add({ ...jobOf('book'), children: [jobOf('chapter')] });
}

/** The button beside a job that says so when the mouse is over it; it bears a picture and no name. */
async function action(page: Page, job: Locator, name: string): Promise<Locator> {
  await job.waitFor();
  const card = job.locator('xpath=ancestor::div[.//ul][1]');
  const buttons = card.locator('ul').first().locator('button');
  const told = page.locator('[data-base-ui-portal] [role="presentation"][data-open]');
  for (let index = 0; index < (await buttons.count()); index += 1) {
    // Each has something to say, and what the one before said is gone first.
    await page.mouse.move(0, 0);
    await told.waitFor({ state: 'detached' });
    await buttons.nth(index).hover();
    await told.waitFor();
    if ((await told.textContent()) === name) return buttons.nth(index);
  }
  throw new Error(`No button "${name}" beside the job.`);
}
