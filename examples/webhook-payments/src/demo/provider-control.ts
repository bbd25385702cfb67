import type { OutageMode } from '../provider/outage.ts';
import { type Child, startChild } from './child.ts';
import type { Workspace } from './workspace.ts';

/** The stand-in for the payment provider, and its commands. */
export interface ProviderControl {
  readonly url: string;
  readonly pid: number;
  /** Fails until told otherwise, or until `forMs` have passed. */
  fail(mode: OutageMode, forMs: number): Promise<void>;
  recover(): Promise<void>;
  acceptCard(customer: string): Promise<void>;
  stop(): Promise<void>;
}

const MAIN = new URL('../provider/main.ts', import.meta.url);
const LATENCY_MS = 30;

export async function startProvider(workspace: Workspace): Promise<ProviderControl> {
  const child: Child = await startChild({
    script: MAIN,
    args: ['--database', workspace.providerFile, '--latency-ms', String(LATENCY_MS)],
    env: { PROVIDER_API_KEY: workspace.secrets.providerApiKey },
    logFile: workspace.providerLog,
  });
  const command = async (name: string, body: object) => {
    const response = await fetch(`${child.url}/control/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`The payment provider refused the command ${name}: ${response.status}.`);
  };
  return {
    url: child.url,
    pid: child.pid,
    fail: (mode, forMs) => command('outage', { mode, forMs }),
    recover: () => command('recovery', {}),
    acceptCard: (customer) => command('accept-card', { customer }),
    stop: async () => void (await child.stop()),
  };
}
