import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { StoredResponse } from './stored-response.ts';

/** A whole answer, as the handler has made it. */
export interface Answer {
  readonly status: number;
  /** What was set since the tee was put on, and is not about this one connection. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

export interface TeeRules {
  readonly maxBodyBytes: number;
  /**
   * Before anything leaves; headers may still be set.
   * @param body of an answer that is made in one piece
   * @returns `hold` to keep all of it back until `release`, `empty` to send it without its body
   */
  beforeHead(body: Buffer | undefined): 'send' | 'hold' | 'empty';
  /** The handler has written its last byte. */
  onComplete(answer: Answer): void;
  /** There will be no whole answer: too large, or its writer is gone. */
  onIncomplete(): void;
  /** Its writer broke the answer off, as `pipeline` does when the source fails. */
  onBrokenOff(): void;
}

/** Of one connection, one request or one moment: never given to another request. */
const NEVER_KEPT: ReadonlySet<string> = new Set([
  'age',
  'connection',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'server-timing',
  'set-cookie',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-cache',
  'x-correlation-id',
  'x-request-id',
  'x-span-id',
  'x-trace-id',
]);

/** Copies what a handler writes while it leaves for the client. */
export class ResponseTee {
  readonly #res: ServerResponse;
  readonly #rules: TeeRules;
  readonly #write: ServerResponse['write'];
  readonly #end: ServerResponse['end'];
  readonly #writeHead: ServerResponse['writeHead'];
  readonly #flushHeaders: ServerResponse['flushHeaders'];
  readonly #headersBefore: OutgoingHttpHeaders;
  #state: 'open' | 'sending' | 'held' | 'over' = 'open';
  #chunks: Buffer[] | undefined = [];
  #length = 0;

  constructor(res: ServerResponse, rules: TeeRules) {
    this.#res = res;
    this.#rules = rules;
    this.#write = res.write.bind(res) as ServerResponse['write'];
    this.#end = res.end.bind(res) as ServerResponse['end'];
    this.#writeHead = res.writeHead.bind(res) as ServerResponse['writeHead'];
    this.#flushHeaders = res.flushHeaders.bind(res) as ServerResponse['flushHeaders'];
    this.#headersBefore = res.getHeaders();
    res.write = ((...args: unknown[]) => this.#onWrite(args)) as ServerResponse['write'];
    res.end = ((...args: unknown[]) => this.#onEnd(args)) as ServerResponse['end'];
    res.writeHead = ((...args: unknown[]) => this.#onWriteHead(args)) as ServerResponse['writeHead'];
    res.flushHeaders = () => this.#onFlushHeaders();
    const destroy = res.destroy.bind(res);
    res.destroy = (error) => {
      rules.onBrokenOff();
      return destroy(error);
    };
  }

  /** Sends what was held, or `instead` of it. */
  release(instead: (() => void) | undefined): void {
    const body = Buffer.concat(this.#chunks ?? []);
    this.#state = 'over';
    if (this.#res.destroyed) return;
    if (instead === undefined) {
      Reflect.apply(this.#end, this.#res, body.length > 0 ? [body] : []);
      return;
    }
    this.#dropHeaders();
    instead();
  }

  #onWrite(args: readonly unknown[]): boolean {
    if (this.#state === 'over') return Reflect.apply(this.#write, this.#res, args) as boolean;
    const { bytes, callback } = readArguments(args);
    if (this.#state === 'open') this.#begin(undefined);
    this.#copy(bytes);
    if (this.#state !== 'held') return Reflect.apply(this.#write, this.#res, args) as boolean;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  }

  #onEnd(args: readonly unknown[]): ServerResponse {
    if (this.#state === 'over') return Reflect.apply(this.#end, this.#res, args) as ServerResponse;
    const { bytes, callback } = readArguments(args);
    const body = this.#state === 'open' ? (bytes ?? Buffer.alloc(0)) : undefined;
    const how = body === undefined ? undefined : this.#begin(body);
    this.#copy(bytes);
    const answer = this.#answer();
    if (this.#state === 'held') {
      if (callback !== undefined) this.#res.once('finish', callback);
    } else {
      this.#state = 'over';
      if (how === 'empty') this.#endEmpty(callback);
      else Reflect.apply(this.#end, this.#res, args);
    }
    if (answer !== undefined) this.#rules.onComplete(answer);
    return this.#res;
  }

  #onWriteHead(args: readonly unknown[]): ServerResponse {
    const res = this.#res;
    // The head is written by itself with the first bytes; this is then called from inside.
    if (this.#state !== 'open' && this.#state !== 'held') {
      return Reflect.apply(this.#writeHead, res, args) as ServerResponse;
    }
    const [status, reason, second] = args;
    res.statusCode = Number(status);
    if (typeof reason === 'string') res.statusMessage = reason;
    setHeaders(res, typeof reason === 'string' ? second : reason);
    return res;
  }

  #onFlushHeaders(): void {
    if (this.#state === 'open') this.#begin(undefined);
    if (this.#state !== 'held') this.#flushHeaders();
  }

  #begin(body: Buffer | undefined): 'send' | 'hold' | 'empty' {
    const { statusCode: status } = this.#res;
    const how = this.#rules.beforeHead(body);
    // A 304 made of a whole answer is this client's affair: what is kept is the answer.
    this.#status = status;
    this.#headers = this.#headersNow();
    this.#state = how === 'hold' ? 'held' : 'sending';
    return how;
  }

  #status = 200;
  #headers: Answer['headers'] = {};

  #copy(bytes: Buffer | undefined): void {
    if (bytes === undefined || this.#chunks === undefined) return;
    this.#length += bytes.length;
    if (this.#length <= this.#rules.maxBodyBytes || this.#state === 'held') this.#chunks.push(bytes);
    else {
      this.#chunks = undefined;
      this.#rules.onIncomplete();
    }
  }

  /** @returns undefined for what is too large or not as long as it says */
  #answer(): Answer | undefined {
    if (this.#chunks === undefined) return undefined;
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    const length = this.#headers['content-length'];
    const isWhole = length === undefined || Number(length) === body.length || this.#res.req.method === 'HEAD';
    if (isWhole || this.#state === 'held') return { status: this.#status, headers: this.#headers, body };
    this.#rules.onIncomplete();
    return undefined;
  }

  #endEmpty(callback: (() => void) | undefined): void {
    this.#res.removeHeader('content-length');
    this.#res.removeHeader('content-type');
    Reflect.apply(this.#end, this.#res, callback === undefined ? [] : [callback]);
  }

  #headersNow(): Answer['headers'] {
    const kept: Record<string, string | readonly string[]> = {};
    for (const [name, value] of Object.entries(this.#res.getHeaders())) {
      if (value === undefined || NEVER_KEPT.has(name) || this.#headersBefore[name] === value) continue;
      kept[name] = typeof value === 'number' ? String(value) : value;
    }
    return kept;
  }

  #dropHeaders(): void {
    for (const name of this.#res.getHeaderNames()) {
      const before = this.#headersBefore[name];
      if (before === undefined) this.#res.removeHeader(name);
      else this.#res.setHeader(name, before);
    }
  }
}

/** Gives a whole answer on a response that nothing was sent on. */
export function sendStored(res: ServerResponse, { status, headers, body }: StoredResponse): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (res.req.method !== 'HEAD') res.setHeader('content-length', body.length);
  else if (!res.hasHeader('content-length') && body.length > 0) res.setHeader('content-length', body.length);
  res.end(body);
}

type Callback = () => void;

/** The arguments of `write` and `end`, in any of their forms. */
function readArguments(args: readonly unknown[]): {
  bytes: Buffer | undefined;
  callback: Callback | undefined;
} {
  const callback = args.find((arg) => typeof arg === 'function') as Callback | undefined;
  const [chunk, encoding] = args;
  if (typeof chunk === 'string') {
    const bytes = Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    return { bytes, callback };
  }
  // The writer may use its own buffer again.
  return { bytes: chunk instanceof Uint8Array ? Buffer.from(chunk) : undefined, callback };
}

/** `writeHead` takes an object, a flat list or a list of pairs. */
function setHeaders(res: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const flat = headers.flat() as string[];
    for (let index = 0; index + 1 < flat.length; index += 2) {
      res.appendHeader(flat[index] ?? '', flat[index + 1] ?? '');
    }
  } else if (typeof headers === 'object' && headers !== null) {
    for (const [name, value] of Object.entries(headers as OutgoingHttpHeaders)) {
      if (value !== undefined) res.setHeader(name, value);
    }
  }
}
