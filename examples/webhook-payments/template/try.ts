import { run } from '../../../scripts/run-command.ts';
import type { StartedProject } from '../../../scripts/started-project.ts';

/** One signed webhook, and its effect: `npm run send` shows what the service has recorded. */
export async function tryService({ folder, url }: StartedProject): Promise<void> {
  const effect = await run('npm', ['run', '--silent', 'send'], folder, { PORT: new URL(url).port });
  const { provider, amountCents, chargeId } = JSON.parse(effect) as Record<string, unknown>;
  if (provider !== 'stripe' || amountCents !== 500 || typeof chargeId !== 'string')
    throw new Error(`npm run send did not show the effect of a payment: ${effect}`);
}
