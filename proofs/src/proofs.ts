import { breaker } from './breaker/breaker.ts';
import { crash } from './crash/crash.ts';
import { fuzz } from './fuzz/fuzz.ts';
import type { Proof } from './harness/proof.ts';
import { idempotency } from './idempotency/idempotency.ts';
import { outage } from './outage/outage.ts';

/** Every proof by its name on the command line. */
export const proofs: Readonly<Record<string, Proof>> = { breaker, crash, fuzz, idempotency, outage };
