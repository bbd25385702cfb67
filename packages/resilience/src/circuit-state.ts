/** `CLOSED` lets calls through, `OPEN` refuses them, `HALF_OPEN` tries whether the dependency has recovered. */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** The states by name. */
export const CircuitState: {
  readonly CLOSED: 'CLOSED';
  readonly OPEN: 'OPEN';
  readonly HALF_OPEN: 'HALF_OPEN';
} = Object.freeze({ CLOSED: 'CLOSED', OPEN: 'OPEN', HALF_OPEN: 'HALF_OPEN' });

/** `enforce` protects. `monitor` records what it would have done and changes nothing. `disabled` only calls. */
export type CircuitMode = 'enforce' | 'monitor' | 'disabled';

/** The state as a gauge: 0 closed, 0.5 half-open, 1 open. */
export type PrometheusState = 0 | 0.5 | 1;

export function prometheusState(state: CircuitState): PrometheusState {
  if (state === 'CLOSED') return 0;
  return state === 'OPEN' ? 1 : 0.5;
}
