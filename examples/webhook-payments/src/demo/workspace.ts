import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebhookProvider } from '@holdfast/queue/signatures';

/** Everything that a run of the demo keeps, in one temporary folder. */
export interface Workspace {
  readonly folder: string;
  /** The service's data folder: queue, business data. */
  readonly dataFolder: string;
  readonly businessFile: string;
  readonly spansFile: string;
  readonly serviceLog: string;
  readonly providerFile: string;
  readonly providerLog: string;
  readonly deliveriesFile: string;
  readonly secrets: DemoSecrets;
  remove(): void;
  /** Leaves the folder where it is. */
  keep(): void;
}

/** Made anew for each run; none of them may be seen in a log. */
export interface DemoSecrets {
  /** Every secret that is active: Stripe's is being replaced, and half of its deliveries still carry the old one. */
  webhook: Readonly<Record<WebhookProvider, readonly string[]>>;
  operatorKey: string;
  providerApiKey: string;
}

export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  const dataFolder = join(folder, 'service');
  return {
    folder,
    dataFolder,
    businessFile: join(dataFolder, 'payments.db'),
    spansFile: join(folder, 'spans.jsonl'),
    serviceLog: join(folder, 'service.log'),
    providerFile: join(folder, 'provider.db'),
    providerLog: join(folder, 'provider.log'),
    deliveriesFile: join(folder, 'deliveries.db'),
    secrets: makeSecrets(),
    remove: () => {
      process.removeListener('exit', remove);
      remove();
    },
    keep: () => void process.removeListener('exit', remove),
  };
}

function makeSecrets(): DemoSecrets {
  const hex = () => randomBytes(24).toString('hex');
  return {
    webhook: {
      github: [hex()],
      stripe: [`whsec_${hex()}`, `whsec_${hex()}`],
      paddle: [`pdl_ntfset_${hex()}`],
      standard: [`whsec_${randomBytes(24).toString('base64')}`],
    },
    operatorKey: hex(),
    providerApiKey: `sk_test_${hex()}`,
  };
}
