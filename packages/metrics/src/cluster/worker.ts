import { ClusterMetricsError } from '../errors.ts';
import type { ExpositionFormat } from '../exposition/negotiate.ts';
import { type RenderedMetrics, renderedMetrics } from '../exposition/rendered.ts';
import { type ClusterMessage, isClusterMessage, sendMessage } from './messages.ts';
import type { ClusterInstance, ResolvedClusterOptions } from './options.ts';
import { snapshotParts } from './snapshot.ts';

export interface ClusterWorker {
  render(format: ExpositionFormat): Promise<RenderedMetrics>;
  close(): void;
}

interface Scrape {
  readonly format: ExpositionFormat;
  readonly parts: string[];
  resolve(rendered: RenderedMetrics): void;
  reject(error: Error): void;
}

/** How much longer a worker waits for the primary than the primary waits for the workers. */
const PATIENCE = 3;

/** Answers the primary, and passes scrapes on to it. */
export function createWorker(
  options: ResolvedClusterOptions,
  instance: () => ClusterInstance,
): ClusterWorker {
  const { clock, timeoutMs } = options;
  const scrapes = new Map<number, Scrape>();
  let lastId = 0;

  async function answer(id: number, exemplars: boolean): Promise<void> {
    const { registry, its } = instance();
    if (exemplars) its?.wantExemplars();
    await its?.refresh();
    const onFailure = () => its?.onCollectorFailure();
    for await (const part of snapshotParts(registry, { clock, timeoutMs, onFailure }))
      if (!(await sendMessage(process, { kind: 'part', id, part }))) return;
    await sendMessage(process, { kind: 'end', id });
  }

  function onMessage(message: unknown): void {
    if (!isClusterMessage(message)) return;
    // An answer that fails is one that is missing: the primary goes on without it.
    if (message.kind === 'ask') answer(message.id, message.exemplars).catch(() => {});
    else if (message.kind === 'text') scrapes.get(message.id)?.parts.push(message.text);
    else if (message.kind === 'done') finish(message);
  }

  function finish({ id, error }: Extract<ClusterMessage, { kind: 'done' }>): void {
    const scrape = scrapes.get(id);
    scrapes.delete(id);
    if (error === undefined) scrape?.resolve(renderedMetrics(scrape.format, scrape.parts));
    else scrape?.reject(new ClusterMetricsError(`failed: ${error}`));
  }

  async function render(format: ExpositionFormat): Promise<RenderedMetrics> {
    const id = (lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<RenderedMetrics>();
    scrapes.set(id, { format, parts: [], resolve, reject });
    const waitMs = timeoutMs * PATIENCE;
    const timer = clock.setTimer(
      () => reject(new ClusterMetricsError(`did not answer within ${waitMs} ms`)),
      waitMs,
      { keepAlive: true },
    );
    try {
      if (!(await sendMessage(process, { kind: 'scrape', id, format })))
        throw new ClusterMetricsError('cannot be reached');
      return await promise;
    } finally {
      timer.cancel();
      scrapes.delete(id);
    }
  }

  process.on('message', onMessage);
  return {
    render,
    close: () => void process.off('message', onMessage),
  };
}
