/** Which package may import which, by the name after `@holdfast/`. Everything else is refused. */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  context: [],
  'bullmq-sqlite': [],
  'create-holdfast': [],
  logging: ['context'],
  tracing: ['context'],
  metrics: ['context'],
  resilience: ['context'],
  idempotency: ['context'],
  'soft-delete': ['context'],
  audit: ['context'],
  lifecycle: ['context'],
  cache: ['context'],
  queue: ['context', 'resilience', 'bullmq-sqlite'],
  events: ['context', 'queue', 'resilience'],
  express: [
    'context',
    'logging',
    'tracing',
    'metrics',
    'resilience',
    'queue',
    'idempotency',
    'lifecycle',
    'cache',
  ],
};

/** Payload types of other packages' channels, and nothing else: erased before the code runs. */
export const allowedTypeImports: Readonly<Record<string, readonly string[]>> = {
  tracing: ['queue', 'resilience'],
  metrics: ['idempotency', 'queue', 'resilience', 'tracing'],
  logging: ['queue', 'resilience'],
};
