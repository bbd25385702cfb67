/** Every side in one process, each with its own descriptor of the null device: the writing counts, the disk does not. */
import { createTraceContext, getTraceLogFields, runWithTrace } from '@holdfast/context';
import { createLogger, createRequestLog } from '@holdfast/logging';
import { pino } from 'pino';
import { serveCases } from '../harness/cases.ts';

const NOWHERE = '/dev/null';
/** What waits before a buffered side writes; as many bytes on both sides. */
const BUFFER_BYTES = 16_000;

const context = createTraceContext({ requestId: 'req-1', tenantId: 'acme', userId: 'u-7' });
const fields = { orderId: 7, customer: 'c-19', total: 12.5 };
const request = {
  method: 'GET',
  path: '/orders/7',
  route: '/orders/:id',
  statusCode: 200,
  durationMs: 3.217,
  responseBytes: 321,
  remoteAddress: '127.0.0.1',
  userAgent: 'curl/8.5.0',
};

const bare = pino(pino.destination({ dest: NOWHERE, sync: true }));
const withIds = pino(
  { mixin: getTraceLogFields, redact: ['password', 'token', 'headers.authorization', 'headers.cookie'] },
  pino.destination({ dest: NOWHERE, sync: true }),
);
const buffered = pino(
  { mixin: getTraceLogFields },
  pino.destination({ dest: NOWHERE, sync: true, minLength: BUFFER_BYTES }),
);
const ours = createLogger({ destination: { file: NOWHERE } });
const oursBuffered = createLogger({ destination: { file: NOWHERE }, bufferBytes: BUFFER_BYTES });
const writeRequest = createRequestLog(ours);

/** Everything is logged inside of a request. */
function repeated(write: () => void): () => (iterations: number) => void {
  return () => (iterations) =>
    runWithTrace(context, () => {
      for (let index = 0; index < iterations; index += 1) write();
    });
}

serveCases(
  {
    pino: repeated(() => bare.info(fields, 'order placed')),
    pinoIds: repeated(() => withIds.info(fields, 'order placed')),
    logger: repeated(() => ours.info('order placed', fields)),
    pinoBuffered: repeated(() => buffered.info(fields, 'order placed')),
    loggerBuffered: repeated(() => oursBuffered.info('order placed', fields)),
    loggerSilent: repeated(() => ours.debug('order placed', fields)),
    pinoSilent: repeated(() => bare.debug(fields, 'order placed')),
    pinoRequest: repeated(() => buffered.info(request, 'request completed')),
    request: repeated(() => writeRequest(request)),
  },
  { kept: () => [bare.level, ours.level] },
);
