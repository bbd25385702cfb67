/** What all measured servers share: they listen on a free loopback port and tell their parent how busy they were. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { answerParent, type Handlers } from '../harness/answer-parent.ts';

export interface ServerUsage {
  /** CPU time of the whole process, in microseconds, since the last question. */
  readonly cpuUs: number;
  /** Share of that time in which the event loop was busy, from 0 to 1. */
  readonly loopBusy: number;
}

export interface Listenable {
  listen(port: number, host: string, ready: () => void): Server;
}

/** @param flush sends what the telemetry still holds; asked for after each round, outside of the timed part */
export function serve(
  app: Listenable,
  flush: () => Promise<unknown> = () => Promise.resolve(),
  more: Handlers = {},
): void {
  const server = app.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    serveAt(`http://127.0.0.1:${port}`, flush, more);
  });
}

/** The same for a server that listens already. */
export function serveAt(url: string, flush: () => Promise<unknown>, more: Handlers = {}): void {
  answerParent({ url: () => url, usage: usageMeter(), flush, ...more });
}

function usageMeter(): () => ServerUsage {
  let cpu = process.cpuUsage();
  let loop = performance.eventLoopUtilization();
  return () => {
    const spent = process.cpuUsage(cpu);
    const busy = performance.eventLoopUtilization(loop);
    cpu = process.cpuUsage();
    loop = performance.eventLoopUtilization();
    return { cpuUs: spent.user + spent.system, loopBusy: busy.utilization };
  };
}
