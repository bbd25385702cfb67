// health.d.ts
import { type Router } from 'express';
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
export declare function healthRoutes(health: HealthProbes): Router;
/** The same without `/health` before them, to mount under another path. */
export declare function healthProbes(health: HealthProbes): Router;
