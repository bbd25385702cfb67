/** How an endpoint of the proof behaves. */
export type EndpointKind = 'healthy' | 'slow' | 'dead' | 'refusing' | 'redirecting' | 'rebinding' | 'gone';

export const BAD_KINDS: readonly [EndpointKind, ...EndpointKind[]] = [
  'slow',
  'dead',
  'refusing',
  'redirecting',
  'rebinding',
  'gone',
];

/** Where receivers listen, and where nothing must ever arrive. */
export const ALLOWED_HOST = '127.0.0.1';
export const REFUSED_HOST = '127.0.0.2';

/** A slow one answers after this, within the limit of an attempt. */
export const SLOW_ANSWER_MS = 1_500;
export const ATTEMPT_LIMIT_MS = 2_000;

/** What the receivers' process says of each request. */
export interface Arrival {
  readonly kind: EndpointKind | 'refused';
  readonly endpoint: string;
  readonly eventId: string;
  /** From the call of `send` to here. */
  readonly latencyMs: number;
}

/** Milliseconds that two processes of one machine agree about, with a fraction. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
