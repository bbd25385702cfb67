/** The instances behind the balancer, each a process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLineProcess } from '../harness/line-process.ts';
import type { Backend, Balancer } from './balancer.ts';
import { FOLDER_VARIABLE } from './settings.ts';

export interface Instance {
  readonly backend: Backend;
  /** SIGTERM. @returns whether it ended by itself with code 0 */
  end(): Promise<boolean>;
  kill(): Promise<void>;
  errors(): string;
}

const UP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 40_000;
const LOOK_MS = 10;
const SERVICE = new URL('./service.ts', import.meta.url);

/** Resolves when the balancer has seen that it is ready. */
export async function startInstance(folder: string, balancer: Balancer): Promise<Instance> {
  const port = Promise.withResolvers<number>();
  const process = startLineProcess(SERVICE, { [FOLDER_VARIABLE]: folder }, (line) => {
    if (line.startsWith('port ')) port.resolve(Number(line.slice('port '.length)));
  });
  const late = sleep(UP_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`An instance was not up within ${UP_LIMIT_MS} ms:\n${process.errors()}`);
  });
  const backend = balancer.add(await Promise.race([port.promise, late]));
  while (!backend.isReady) await Promise.race([sleep(LOOK_MS), late]);
  late.catch(() => undefined);
  return {
    backend,
    end: () => process.end(END_LIMIT_MS),
    kill: () => process.kill(),
    errors: () => process.errors(),
  };
}
