import { getCurrentTrace } from '@holdfast/context';
import { actorOf, canonicalId, checkId, shortCorrelationId, tenantOf } from './change.ts';
import type { Actor, ResolvedOptions } from './options.ts';

/** Who is at work, told to the database for the changes that triggers capture. */
export interface StampOptions {
  /** @default the user of the context, else `systemActor` */
  readonly actor?: Actor;
  /** @default the tenant of the context */
  readonly tenantId?: string;
}

export interface Stamp {
  readonly actorId: string;
  readonly actorType: string;
  readonly correlationId: string | null;
  readonly tenantId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
}

/** @throws AuditActorMissingError, AuditTenantMissingError, AuditOptionError */
export function stampOf(given: StampOptions, options: ResolvedOptions): Stamp {
  const context = getCurrentTrace();
  const actor = actorOf(given, context?.userId, options);
  checkId('actor.id', actor.id, options.ids);
  return {
    actorId: canonicalId(actor.id, options.ids),
    actorType: actor.type ?? 'user',
    correlationId: shortCorrelationId(context?.correlationId) ?? null,
    tenantId: tenantOf(given.tenantId, context?.tenantId, options) ?? null,
    requestId: context?.requestId ?? null,
    traceId: context?.traceId ?? null,
  };
}
