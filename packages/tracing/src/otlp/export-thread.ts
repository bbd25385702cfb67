import type { Worker } from 'node:worker_threads';
import { createPoster, type Poster, type PosterOptions, type PostResult } from './poster.ts';

/** What the thread may take: it holds one batch and one answer at a time. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** It is a text, so that it needs no file of its own in whatever this package is bundled into. */
const threadText = (): string => `
const { parentPort, workerData } = require('node:worker_threads');
require('node:dns').setDefaultResultOrder(workerData.dnsResultOrder);
const createPoster = ${createPoster.toString()};
const poster = createPoster(require(workerData.clientModule), workerData.options);
parentPort.on('message', (body) => {
  if (body === 'abort') poster.abort();
  else poster.post(body).then((result) => parentPort.postMessage(result));
});`;

/**
 * Posts from a thread of its own. An HTTP client beside an HTTP server makes Node's own functions slower for both, and
 * what the kernel does for its sockets would be on the server's time: together more than a tenth of a request.
 * @see docs/decisions/0039-spans-leave-from-a-thread.md
 */
export class ExportThread implements Poster {
  readonly #worker: Worker;
  #waiting: PromiseWithResolvers<PostResult> | undefined;
  #end: Error | undefined;

  /** @throws Error when this process may not start threads */
  constructor(clientModule: string, options: PosterOptions) {
    this.#worker = startWorker(clientModule, options);
    this.#worker.on('message', (result: PostResult) => this.#settle(result));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('The export thread has ended.')));
    // After the listeners: the one for messages keeps the process alive by itself.
    this.#worker.unref();
  }

  /** Rejects when the thread has ended, or ends before it has answered. */
  post(body: Uint8Array): Promise<PostResult> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#waiting = Promise.withResolvers();
    this.#worker.postMessage(body);
    return this.#waiting.promise;
  }

  abort(): void {
    this.#worker.postMessage('abort');
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(result: PostResult): void {
    this.#waiting?.resolve(result);
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/**
 * Options of the command line and of `NODE_OPTIONS` are not passed on: what is preloaded there (`--import`, `--require`)
 * would run a second time. What they, or the application, say about connections is.
 */
function startWorker(clientModule: string, options: PosterOptions): Worker {
  const threads = process.getBuiltinModule('node:worker_threads');
  const { getDefaultResultOrder } = process.getBuiltinModule('node:dns');
  return new threads.Worker(threadText(), {
    eval: true,
    name: 'holdfast-otlp',
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
    resourceLimits: RESOURCE_LIMITS,
    workerData: { clientModule, options, dnsResultOrder: getDefaultResultOrder() },
  });
}
