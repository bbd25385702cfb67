import { type Clock, systemClock } from '@holdfast/context/clock';
import { LifecycleOptionError } from './errors.ts';
import { gracefulShutdown } from './graceful-shutdown.ts';
import {
  type CheckFunction,
  type CheckResult,
  type CheckStatus,
  createHealthCheck,
  type HealthCheck,
} from './health-check.ts';
import { checkMs, checkName, HEALTH_DEFAULTS } from './options.ts';
import { createWarmUp, type StartupFunction, type StartupStepResult, type WarmUp } from './warm-up.ts';

/** One check of `createHealth`. */
export interface CheckOptions {
  /** Fulfils when all is well, rejects when it is not; its signal aborts at `timeoutMs`. */
  check: CheckFunction;
  /** Whether the service cannot do its work without it. A check that is not critical can only degrade. Default true. */
  critical?: boolean;
  /** Default that of `createHealth`. */
  cacheMs?: number;
  /** Default that of `createHealth`. */
  timeoutMs?: number;
}

export interface HealthOptions {
  /** What readiness asks, by name. Default none. */
  checks?: Readonly<Record<string, CheckFunction | CheckOptions>>;
  /**
   * Steps that must end once before the service is ready, by name, run one after another by `start()` or the first
   * probe. Default none.
   */
  startup?: Readonly<Record<string, StartupFunction>>;
  /** Pause before a probe tries a failed start-up step again, ms, 0 to 3,600,000. Default 1000. */
  startupRetryMs?: number;
  /** How long a result is used again, ms, 0 to 3,600,000. Default 1000. */
  cacheMs?: number;
  /** Limit of each check, ms, 1 to 60,000. Default 800. */
  timeoutMs?: number;
  /** Whose shutdown makes the service unready. Default `gracefulShutdown`. */
  lifecycle?: { readonly isShuttingDown: boolean };
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

/** The worst of the checks, one that is not critical being `degraded` at most; or what the service itself is at. */
export type HealthStatus = CheckStatus | 'starting' | 'shutting-down';

/** An answer for a framework's adapter to send as JSON. */
export interface HealthAnswer<Body> {
  readonly status: 200 | 503;
  readonly body: Body;
}

export interface LiveBody {
  readonly status: 'up';
}

/** What is told of the start-up steps, by their names. */
export interface StartupBody {
  readonly status: 'up' | 'starting';
  readonly steps: Readonly<Record<string, StartupStepResult>>;
}

/** What is told to who sends requests here: no more than the state of each check. */
export interface ReadyBody {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckStatus>>;
}

/** What is told to operators: every check with its age and duration. */
export interface DetailBody {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckResult & { readonly critical: boolean }>>;
}

/** What the probes of one service are answered, free of any HTTP framework. */
export interface Health {
  /** Whether the process works at all. Asks no dependency: restarting cannot mend one. */
  live(): HealthAnswer<LiveBody>;
  /**
   * Runs the start-up steps that are not done yet; joins the run that is under way.
   * @throws StartupStepError when one fails
   */
  start(): Promise<void>;
  /** Whether the start-up steps are done, at once: 503 until then. Sets them going where `start()` has not. */
  startup(): HealthAnswer<StartupBody>;
  /**
   * Whether to send requests here: 503 until the start-up steps are done, while shutting down, or when a critical
   * check is down. Never rejects.
   */
  ready(): Promise<HealthAnswer<ReadyBody>>;
  /** As `ready`, with durations and error codes. Error messages are never shown. */
  detail(): Promise<HealthAnswer<DetailBody>>;
}

interface NamedCheck {
  readonly name: string;
  readonly critical: boolean;
  readonly check: HealthCheck;
}

const ALIVE: HealthAnswer<LiveBody> = Object.freeze({ status: 200, body: Object.freeze({ status: 'up' }) });

/**
 * Liveness, readiness and detail, free of any HTTP framework. Results of checks are kept for `cacheMs`.
 * @throws LifecycleOptionError
 */
export function createHealth(options: HealthOptions = {}): Health {
  const { lifecycle = gracefulShutdown } = options;
  const checks = resolveChecks(options);
  const warmUp = resolveStartup(options);

  async function readAll(): Promise<DetailBody> {
    const results = await Promise.all(
      checks.map(async (one) => ({ ...one, result: await one.check.read() })),
    );
    const worst = results.reduce<CheckStatus>(
      (status, one) => worse(status, effectOf(one.critical, one.result)),
      'up',
    );
    return {
      status: statusNow(warmUp, lifecycle) ?? worst,
      checks: Object.fromEntries(
        results.map(({ name, critical, result }) => [name, { ...result, critical }]),
      ),
    };
  }

  return {
    live: () => ALIVE,
    start: () => warmUp.run(),
    startup() {
      if (!lifecycle.isShuttingDown) warmUp.nudge();
      const { isDone, steps } = warmUp;
      return { status: isDone ? 200 : 503, body: { status: isDone ? 'up' : 'starting', steps } };
    },
    async ready() {
      if (!lifecycle.isShuttingDown) warmUp.nudge();
      const early = statusNow(warmUp, lifecycle);
      if (early !== undefined) return answer({ status: early, checks: {} });
      const { status, checks: results } = await readAll();
      const entries = Object.entries(results).map(([name, result]) => [name, result.status] as const);
      return answer({ status, checks: Object.fromEntries(entries) });
    },
    detail: async () => answer(await readAll()),
  };
}

/** What is so whatever the checks say. */
function statusNow(
  warmUp: WarmUp,
  lifecycle: { readonly isShuttingDown: boolean },
): 'shutting-down' | 'starting' | undefined {
  if (lifecycle.isShuttingDown) return 'shutting-down';
  return warmUp.isDone ? undefined : 'starting';
}

function resolveStartup({ startup = {}, startupRetryMs, clock = systemClock }: HealthOptions): WarmUp {
  const retryMs = startupRetryMs ?? HEALTH_DEFAULTS.startupRetryMs;
  checkMs('createHealth', 'startupRetryMs', retryMs, 0, 3_600_000);
  for (const [name, step] of Object.entries(startup)) {
    checkName('createHealth', name);
    if (typeof step !== 'function') {
      throw new LifecycleOptionError(
        `startup.${name}`,
        `createHealth, start-up step ${name} is of type ${typeof step}; it must be a function.`,
      );
    }
  }
  return createWarmUp({ steps: startup, retryMs, clock });
}

function resolveChecks({
  checks = {},
  cacheMs,
  timeoutMs,
  clock = systemClock,
}: HealthOptions): readonly NamedCheck[] {
  return Object.entries(checks).map(([name, value]) => {
    checkName('createHealth', name);
    const own: CheckOptions = typeof value === 'function' ? { check: value } : value;
    const settings = {
      name,
      check: own.check,
      cacheMs: own.cacheMs ?? cacheMs ?? HEALTH_DEFAULTS.cacheMs,
      timeoutMs: own.timeoutMs ?? timeoutMs ?? HEALTH_DEFAULTS.timeoutMs,
      clock,
    };
    checkMs(`createHealth, check ${name}`, 'cacheMs', settings.cacheMs, 0, 3_600_000);
    checkMs(`createHealth, check ${name}`, 'timeoutMs', settings.timeoutMs, 1, 60_000);
    return { name, critical: own.critical ?? true, check: createHealthCheck(settings) };
  });
}

function effectOf(critical: boolean, { status }: CheckResult): CheckStatus {
  return status === 'down' && !critical ? 'degraded' : status;
}

const SEVERITY: Readonly<Record<CheckStatus, number>> = Object.freeze({ up: 0, degraded: 1, down: 2 });

function worse(one: CheckStatus, other: CheckStatus): CheckStatus {
  return SEVERITY[other] > SEVERITY[one] ? other : one;
}

function answer<Body extends { readonly status: HealthStatus }>(body: Body): HealthAnswer<Body> {
  return { status: body.status === 'up' || body.status === 'degraded' ? 200 : 503, body };
}
