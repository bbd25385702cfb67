/** Hostile texts, headers and nested secrets through the logger and the request log. */
import { createTraceContext, extractTraceContext, runWithTrace } from '@holdfast/context';
import { createLogger, createRequestLog } from '@holdfast/logging';
import type { Random } from '../harness/random.ts';
import { hostileHeaders } from './context-headers.ts';
import { goodId, hex, hostileText } from './hostile.ts';

const ID = /^[A-Za-z0-9._:-]{1,128}$/;
const TRACE_ID = /^[0-9a-f]{32}$/;
/** One line, and nothing in it that a terminal or a log viewer would obey. */
const ONE_LINE = /^\{[^\p{Cc}\u2028\u2029]*\}\n$/u;
const SECRET_KEYS = [
  'password',
  'authorization',
  'Set-Cookie',
  'x-api-key',
  'clientSecret',
  'refresh_token',
  'PRIVATE-KEY',
] as const;
const DEEPEST = 10;

/** Each call of what it returns is one case; the messages of what is wrong. */
export function createLogFuzzer(random: Random): () => string[] {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  const writeRequest = createRequestLog(logger);
  return () => {
    lines.length = 0;
    const secret = `s3cret${hex(random, 20)}`;
    const headers = hostileHeaders(random);
    const text = hostileText(random, goodId(random));
    try {
      runWithTrace(createTraceContext(extractTraceContext(headers, { trusted: true })), () => {
        logger.info({ headers, [hostileText(random, 'field')]: text, nested: nest(random, secret) }, text);
        writeRequest({
          method: hostileText(random, 'GET'),
          path: hostileText(random, '/orders/7'),
          route: hostileText(random, '/orders/:id'),
          statusCode: 200,
          durationMs: random.next() * 1000,
          remoteAddress: hostileText(random, '127.0.0.1'),
          userAgent: hostileText(random, 'curl/8'),
        });
      });
    } catch (error) {
      return [`logging threw ${String(error)}, for ${JSON.stringify(text).slice(0, 200)}`];
    }
    return [...checkCount(lines), ...lines.flatMap((line) => checkLine(line, secret))];
  };
}

function checkCount({ length }: readonly string[]): string[] {
  return length === 2 ? [] : [`two calls wrote ${length} lines`];
}

function checkLine(line: string, secret: string): string[] {
  const wrong: string[] = [];
  if (!ONE_LINE.test(line)) wrong.push('a log line holds a control character or is more than one line');
  if (line.includes(secret)) wrong.push('a log line shows a secret');
  const record = parse(line);
  if (record === undefined) wrong.push('a log line is no JSON');
  else if (!ID.test(String(record['requestId'])) || !TRACE_ID.test(String(record['traceId'])))
    wrong.push('a log line has an id of the wrong shape');
  else if (record['level'] !== 30) wrong.push('a log line has a level that was not its own');
  return wrong.map((what) => `logging: ${what}: ${JSON.stringify(line).slice(0, 500)}`);
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The secret under a key that says so, somewhere below objects, lists, maps and errors. */
function nest(random: Random, secret: string): unknown {
  let value: unknown = { [random.pick(SECRET_KEYS as unknown as [string, ...string[]])]: secret };
  for (let depth = random.between(0, DEEPEST); depth > 0; depth -= 1) {
    switch (random.between(0, 3)) {
      case 0:
        value = { [goodId(random)]: value };
        break;
      case 1:
        value = [goodId(random), value];
        break;
      case 2:
        value = new Map([[goodId(random), value]]);
        break;
      default:
        value = Object.assign(new Error('failed', { cause: value }), { details: value });
    }
  }
  return value;
}
