import { createLifecycle, createServerDrain } from '@holdfast/lifecycle';
import type { Express } from 'express';
import { ListenError } from './errors.ts';
import { type Listening, listen } from './listen.ts';
import { buildApp } from './service-app.ts';
import { checkServiceOptions, type ServiceOptions, type ServiceParts } from './service-options.ts';
import { type ClosingStep, closeParts, openParts } from './service-parts.ts';
import { createAppServer } from './service-server.ts';

export { ExpressAdapterError, ExpressMissingPeerError, ExpressOptionError, ListenError } from './errors.ts';
export type { Listening } from './listen.ts';
export type { ServiceOptions, ServiceParts } from './service-options.ts';

/** An Express application with everything around it. */
export interface Service extends ServiceParts, AsyncDisposable {
  readonly app: Express;
  /** @throws ListenError when the port cannot be used, or when the service listens already */
  listen(port: number, host?: string): Promise<Listening>;
  /** Stops accepting, lets requests end, writes out what is buffered. A signal does the same, with the other steps of the lifecycle. */
  close(): Promise<void>;
}

/**
 * An Express application with context, tracing, metrics, request log, probes and error answers in the right order.
 * @throws ExpressOptionError, ExpressMissingPeerError, and what the packages throw for their options
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  checkServiceOptions(options);
  const { closing, ...parts } = await openParts(options);
  try {
    const app = await buildApp(options, parts);
    return serviceOf(app, parts, closing);
  } catch (error) {
    await closeParts(closing);
    throw error;
  }
}

function serviceOf(app: Express, parts: ServiceParts, closing: readonly ClosingStep[]): Service {
  const { lifecycle, health, logger } = parts;
  const server = createAppServer(app);
  const drain = createServerDrain(server);
  const steps: readonly ClosingStep[] = [
    { name: 'ask clients to move on', phase: 'readiness', run: () => drain.announce() },
    { name: 'stop accepting http', phase: 'accept', run: () => drain.stopAccepting() },
    { name: 'drain http', phase: 'drain', run: ({ signal }) => drained(drain, signal) },
    ...closing,
  ];
  const undo = steps.map(({ name, phase, run }) => lifecycle.onShutdown(name, run, { phase }));
  let isListening = false;
  let closed: Promise<void> | undefined;

  /** The same steps in the same order, without those of others. */
  async function closeAlone(): Promise<void> {
    if (lifecycle.isShuttingDown) {
      await lifecycle.shutdown();
      return;
    }
    for (const remove of undo) remove();
    const own = createLifecycle({ signals: [] });
    for (const { name, phase, run } of steps) own.onShutdown(name, run, { phase });
    await own.shutdown('close()');
  }

  const close = () => (closed ??= closeAlone());
  return {
    ...parts,
    app,
    async listen(port, host) {
      if (isListening)
        throw new ListenError('The service listens already. Create another one for another port.');
      const listening = await listen(server, port, host);
      isListening = true;
      // A failure shows in the start-up probe, which also tries again.
      health?.start().catch((err: unknown) => logger?.error({ err }, 'start-up step failed'));
      return listening;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function drained(drain: ReturnType<typeof createServerDrain>, signal: AbortSignal): Promise<void> {
  signal.addEventListener('abort', () => drain.destroy(), { once: true });
  return drain.drained();
}
