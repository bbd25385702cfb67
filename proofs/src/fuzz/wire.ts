/** Hostile requests over a real connection, against a service with every middleware that reads a header. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { requestLogger } from '@holdfast/express/request-logger';
import { createLogger } from '@holdfast/logging';
import express, { type Request, type Response } from 'express';
import type { Random } from '../harness/random.ts';
import { hostileHeaders } from './context-headers.ts';
import { hostileText } from './hostile.ts';

const ID_LINE = /^X-Request-ID: [A-Za-z0-9._:-]{1,128}\r$/m;
/** What node:http refuses before a service sees it, and what would end a header. */
const NOT_HTTP = /[^\t\x20-\x7e\x80-\xff]/g;
/** Of one header, so that a request stays below what node:http reads. */
const LONGEST = 1500;

export interface WireFuzzer extends AsyncDisposable {
  /** Sends so many requests on one connection; the messages of what is wrong. */
  send(count: number): Promise<string[]>;
}

export async function createWireFuzzer(random: Random): Promise<WireFuzzer> {
  const lines: string[] = [];
  const server = createServer(serviceWriting(lines));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    send: async (count) => {
      lines.length = 0;
      const requests = Array.from({ length: count }, (_, index) => requestText(random, index === count - 1));
      const answer = await exchange(port, Buffer.from(requests.join(''), 'latin1'));
      return checkExchange(answer, lines, requests);
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function serviceWriting(lines: string[]): express.Express {
  const logger = createLogger({ destination: { write: (line) => lines.push(line) } });
  const app = express();
  app.set('trust proxy', true);
  app.use(
    correlationMiddleware({ trusted: (req) => req.path.length % 2 === 0 }),
    requestLogger({ logger }),
    (req: Request, res: Response) => void res.json({ id: req.id }),
    errorHandler({ logger }),
  );
  return app;
}

function requestText(random: Random, isLast: boolean): string {
  const headers: Record<string, string | string[] | undefined> = {
    ...hostileHeaders(random),
    'user-agent': hostileText(random, 'curl/8'),
    'x-forwarded-for': hostileText(random, '10.0.0.1'),
    'x-forwarded-proto': hostileText(random, 'https'),
    accept: hostileText(random, 'application/json'),
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((text) => `${name}: ${text.slice(0, LONGEST).replace(NOT_HTTP, '')}\r\n`),
  );
  const path = random.pick(['/', '/a', '/%0a', '/%E2%80%A8', '//example.com/']);
  const end = isLast ? 'Connection: close\r\n\r\n' : '\r\n';
  return `GET ${path} HTTP/1.1\r\nHost: a.example\r\n${lines.join('')}${end}`;
}

function exchange(port: number, request: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

function checkExchange(answer: string, lines: readonly string[], requests: readonly string[]): string[] {
  const answers = answer.split(/(?=HTTP\/1\.1 )/);
  const wrong: string[] = [];
  if (answers.length !== requests.length || lines.length !== requests.length) {
    wrong.push(`${requests.length} requests had ${answers.length} answers and ${lines.length} log lines`);
  }
  answers.forEach((text, index) => {
    const shown = JSON.stringify(requests[index]).slice(0, 500);
    if (!text.startsWith('HTTP/1.1 200 ')) wrong.push(`the answer was ${text.slice(0, 40)}, for ${shown}`);
    if (!ID_LINE.test(text)) wrong.push(`the answer has no acceptable X-Request-ID, for ${shown}`);
    if (/^set-cookie:/im.test(text)) wrong.push(`a header was injected, by ${shown}`);
  });
  for (const line of lines)
    if (!/^\{[^\p{Cc}\u2028\u2029]*\}\n$/u.test(line)) wrong.push(`a log line broke: ${line}`);
  return wrong.map((what) => `over the wire: ${what}`);
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
