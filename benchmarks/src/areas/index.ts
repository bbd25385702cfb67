import type { Area } from './area.ts';
import { audit } from './audit.ts';
import { breaker } from './breaker.ts';
import { bulkhead } from './bulkhead.ts';
import { cache } from './cache.ts';
import { context } from './context.ts';
import { http } from './http.ts';
import { idempotency } from './idempotency.ts';
import { logging } from './logging.ts';
import { metrics } from './metrics.ts';
import { policy } from './policy.ts';
import { queue } from './queue.ts';
import { retry } from './retry.ts';
import { softDelete } from './soft-delete.ts';
import { sqliteQueue } from './sqlite-queue.ts';
import { startup } from './startup.ts';
import { tracing } from './tracing.ts';

/** Every area by its name on the command line, in the order of a full run. */
export const areas: Readonly<Record<string, Area>> = {
  http,
  breaker,
  retry,
  bulkhead,
  policy,
  queue,
  'sqlite-queue': sqliteQueue,
  idempotency,
  cache,
  'soft-delete': softDelete,
  audit,
  context,
  logging,
  tracing,
  metrics,
  startup,
};
