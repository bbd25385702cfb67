import { alerts } from './alerts/alerts.ts';
import { breaker } from './breaker/breaker.ts';
import { crash } from './crash/crash.ts';
import { fleet } from './fleet/fleet.ts';
import { fuzz } from './fuzz/fuzz.ts';
import type { Proof } from './harness/proof.ts';
import { idempotency } from './idempotency/idempotency.ts';
import { outage } from './outage/outage.ts';
import { rollingRestart } from './rolling-restart/rolling-restart.ts';
import { soak } from './soak/soak.ts';

/** Every proof by its name on the command line. */
export const proofs: Readonly<Record<string, Proof>> = {
  alerts,
  breaker,
  crash,
  fleet,
  fuzz,
  idempotency,
  outage,
  'rolling-restart': rollingRestart,
  soak,
};
