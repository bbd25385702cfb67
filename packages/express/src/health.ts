import express, { type RequestHandler, type Router } from 'express';

/** How a probe is answered: free of Express, as `createHealth()` of @holdfast/lifecycle gives it. */
export interface HealthAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What the probes ask, as `createHealth()` of @holdfast/lifecycle gives it. */
export interface HealthProbes {
  /** Whether the process works at all, for `/health/live`. */
  live(): HealthAnswer | Promise<HealthAnswer>;
  /** Whether to send requests here, for `/health/ready`. */
  ready(): HealthAnswer | Promise<HealthAnswer>;
  /** Every check by name, for `/health`; protect it if the names say too much. */
  detail(): HealthAnswer | Promise<HealthAnswer>;
  /** Without it there is no `/health/startup`. */
  startup?(): HealthAnswer | Promise<HealthAnswer>;
}

/**
 * `GET /health` with every check; `/health/live`, `/health/ready` and `/health/startup` for the probes of an
 * orchestrator.
 */
export function healthRoutes(health: HealthProbes): Router {
  return express.Router().use('/health', healthProbes(health));
}

/** The same without `/health` before them, to mount under another path. */
export function healthProbes(health: HealthProbes): Router {
  const answer = (probe: () => HealthAnswer | Promise<HealthAnswer>): RequestHandler => {
    return async (_req, res) => {
      const { status, body } = await probe();
      res.status(status).set('Cache-Control', 'no-store').json(body);
    };
  };
  const router = express
    .Router()
    .get(
      '/live',
      answer(() => health.live()),
    )
    .get(
      '/ready',
      answer(() => health.ready()),
    )
    .get(
      '/',
      answer(() => health.detail()),
    );
  if (health.startup !== undefined)
    router.get(
      '/startup',
      answer(() => health.startup?.() ?? health.live()),
    );
  return router;
}
