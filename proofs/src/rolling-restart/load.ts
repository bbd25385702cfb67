/** Clients that keep their connections and ask without end; every answer is checked, none is asked for twice. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../harness/random.ts';

export interface Load {
  /** Lets the requests under way end. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly figures: {
    readonly requests: number;
    readonly posts: number;
    readonly slowRequests: number;
    readonly failed: number;
    /** The longest time in which nobody got an answer. */
    readonly longestPauseMs: number;
    readonly longestRequestMs: number;
  };
  /** The ids of the payments that were answered 202. */
  readonly accepted: ReadonlySet<string>;
  readonly violations: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Call {
  readonly kind: 'fast' | 'slow' | 'stream' | 'post' | 'slow post';
  readonly send: () => Promise<Answer>;
  readonly isRight: (answer: Answer) => boolean;
  /** Of a payment. */
  readonly id?: string;
}

const CLIENTS = 12;
const LONGEST_PAUSE_BETWEEN_MS = 20;
const SLOWEST_MS = 600;
const BODY_PAUSE_MS = 80;
const LIMIT_MS = 30_000;

export function startLoad(port: number, random: Random): Load {
  const agent = new Agent({ keepAlive: true });
  const ask = (method: string, path: string, ...body: readonly string[]) =>
    send({ agent, port, method, path }, body);
  const accepted = new Set<string>();
  const violations: string[] = [];
  const counts = { requests: 0, posts: 0, slowRequests: 0, failed: 0 };
  const startedAt = performance.now();
  let lastAnswerAt = startedAt;
  let longestPauseMs = 0;
  let longestRequestMs = 0;
  let stopping = false;

  function nextCall(): Call {
    const isOk = ({ status }: Answer) => status === 200;
    const dice = random.between(1, 10);
    if (dice <= 4) return { kind: 'fast', send: () => ask('GET', '/fast'), isRight: isOk };
    if (dice <= 6) {
      const ms = random.between(50, SLOWEST_MS);
      return { kind: 'slow', send: () => ask('GET', `/slow/${ms}`), isRight: isOk };
    }
    if (dice === 7) {
      const isWhole = (answer: Answer) => isOk(answer) && answer.body.endsWith('chunk 7\nend\n');
      return { kind: 'stream', send: () => ask('GET', '/stream'), isRight: isWhole };
    }
    const id = `payment-${(counts.posts += 1)}`;
    const text = JSON.stringify({ id });
    const body = dice === 10 ? [text.slice(0, 5), text.slice(5)] : [text];
    return {
      kind: body.length > 1 ? 'slow post' : 'post',
      id,
      send: () => ask('POST', '/payments', ...body),
      isRight: (answer) => answer.status === 202 && answer.body === text,
    };
  }

  async function make({ kind, id, send, isRight }: Call): Promise<void> {
    const askedAt = performance.now();
    counts.requests += 1;
    if (kind !== 'fast' && kind !== 'post') counts.slowRequests += 1;
    const answer = await send().catch((error: unknown) => ({ status: 0, body: String(error) }));
    const now = performance.now();
    longestRequestMs = Math.max(longestRequestMs, now - askedAt);
    if (isRight(answer)) {
      longestPauseMs = Math.max(longestPauseMs, now - lastAnswerAt);
      lastAnswerAt = now;
      if (id !== undefined) accepted.add(id);
      return;
    }
    counts.failed += 1;
    violations.push(
      `${Math.round(askedAt - startedAt)} ms after the start: a ${kind} request got ${answer.status} ${answer.body.slice(0, 200)}`,
    );
  }

  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!stopping) {
      await make(nextCall());
      await sleep(random.between(0, LONGEST_PAUSE_BETWEEN_MS));
    }
  });
  return {
    async stop() {
      stopping = true;
      await Promise.all(clients);
      agent.destroy();
      const longest = {
        longestPauseMs: Math.round(longestPauseMs),
        longestRequestMs: Math.round(longestRequestMs),
      };
      return { figures: { ...counts, ...longest }, accepted, violations };
    },
  };
}

interface Target {
  readonly agent: Agent;
  readonly port: number;
  readonly method: string;
  readonly path: string;
}

/** @param parts of the body, with a pause between them */
function send(target: Target, parts: readonly string[]): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = parts.length > 0 ? { 'content-type': 'application/json' } : {};
  const asked = request({ ...target, host: '127.0.0.1', headers, timeout: LIMIT_MS }, (answer) => {
    read(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
  });
  asked.on('error', reject);
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${LIMIT_MS} ms`)));
  void write(asked, parts);
  return promise;
}

async function write(asked: ReturnType<typeof request>, parts: readonly string[]): Promise<void> {
  for (const [n, part] of parts.entries()) {
    if (n > 0) await sleep(BODY_PAUSE_MS);
    asked.write(part);
  }
  asked.end();
}

async function read(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return text;
}
