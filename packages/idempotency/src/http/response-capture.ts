import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { StoredResponse } from '../claim/record-codec.ts';

/** What decides over a response that is held back. Neither function may reject. */
export interface ResponseKeeper {
  readonly maxResponseBytes: number;
  /** @returns what is to be sent instead, or undefined */
  finish(response: StoredResponse): Promise<StoredResponse | undefined>;
  /** As `finish`, for a body that is not kept: a repetition then hears that it was done, without the answer. */
  finishTooLarge(status: number): Promise<StoredResponse | undefined>;
}

type Callback = (error?: Error | null) => void;

/** The arguments of `write` and `end`, in any of their forms. */
function readArguments(args: readonly unknown[]): {
  bytes: Buffer | undefined;
  callback: Callback | undefined;
} {
  const callback = args.find((arg) => typeof arg === 'function') as Callback | undefined;
  const [chunk, encoding] = args;
  if (typeof chunk === 'string')
    return {
      bytes: Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'),
      callback,
    };
  if (chunk instanceof Uint8Array) return { bytes: Buffer.from(chunk), callback };
  return { bytes: undefined, callback };
}

/**
 * Holds back what a handler writes until `keeper` has recorded it; then all of it is sent at once. What grows over
 * `maxResponseBytes` is recorded as too large and goes through from then on.
 */
export function captureResponse(res: ServerResponse, keeper: ResponseKeeper): void {
  new Capture(res, keeper).install();
}

class Capture {
  readonly #res: ServerResponse;
  readonly #keeper: ResponseKeeper;
  readonly #write: ServerResponse['write'];
  readonly #end: ServerResponse['end'];
  readonly #writeHead: ServerResponse['writeHead'];
  readonly #flushHeaders: ServerResponse['flushHeaders'];
  readonly #headersBefore: ReadonlySet<string>;
  #chunks: Buffer[] = [];
  #length = 0;
  #state: 'holding' | 'settling' | 'passing' = 'holding';
  #hasBegun = false;
  #hasEnded = false;

  constructor(res: ServerResponse, keeper: ResponseKeeper) {
    this.#res = res;
    this.#keeper = keeper;
    this.#write = res.write.bind(res) as ServerResponse['write'];
    this.#end = res.end.bind(res) as ServerResponse['end'];
    this.#writeHead = res.writeHead.bind(res) as ServerResponse['writeHead'];
    this.#flushHeaders = res.flushHeaders.bind(res) as ServerResponse['flushHeaders'];
    this.#headersBefore = new Set(res.getHeaderNames());
  }

  /** Middleware that comes later may wrap these again, so they stay for good and step aside when all is settled. */
  install(): void {
    const res = this.#res;
    res.write = ((...args: unknown[]) => this.#onWrite(args)) as ServerResponse['write'];
    res.end = ((...args: unknown[]) => this.#onEnd(args)) as ServerResponse['end'];
    res.writeHead = ((...args: unknown[]) => this.#onWriteHead(args)) as ServerResponse['writeHead'];
    res.flushHeaders = () => {
      if (this.#state === 'passing') this.#flushHeaders();
      else this.#hasBegun = true;
    };
    // An error handler must see that an answer has begun, although nothing of it was sent.
    Object.defineProperty(res, 'headersSent', {
      configurable: true,
      get: () =>
        this.#hasBegun || Reflect.get(Object.getPrototypeOf(res) as object, 'headersSent', res) === true,
    });
  }

  #onWrite(args: readonly unknown[]): boolean {
    if (this.#state === 'passing') return Reflect.apply(this.#write, this.#res, args) as boolean;
    const { bytes, callback } = readArguments(args);
    this.#hasBegun = true;
    if (callback !== undefined) process.nextTick(callback);
    if (this.#hasEnded) return false;
    this.#hold(bytes);
    if (this.#state === 'holding' && this.#length > this.#keeper.maxResponseBytes) this.#passThrough();
    return this.#state === 'holding';
  }

  #onEnd(args: readonly unknown[]): ServerResponse {
    if (this.#state === 'passing') return Reflect.apply(this.#end, this.#res, args) as ServerResponse;
    const { bytes, callback } = readArguments(args);
    if (this.#hasEnded) return this.#res;
    this.#hasBegun = true;
    this.#hasEnded = true;
    this.#hold(bytes);
    if (callback !== undefined) this.#res.once('finish', callback);
    if (this.#state === 'settling') return this.#res;
    if (this.#length > this.#keeper.maxResponseBytes) this.#passThrough();
    else this.#finish();
    return this.#res;
  }

  #onWriteHead(args: readonly unknown[]): ServerResponse {
    const res = this.#res;
    if (this.#state === 'passing') return Reflect.apply(this.#writeHead, res, args) as ServerResponse;
    const [status, reason, second] = args;
    res.statusCode = Number(status);
    if (typeof reason === 'string') res.statusMessage = reason;
    for (const [name, value] of headerPairs(typeof reason === 'string' ? second : reason))
      res.setHeader(name, value);
    this.#hasBegun = true;
    return res;
  }

  #hold(bytes: Buffer | undefined): void {
    if (bytes === undefined) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  #finish(): void {
    this.#state = 'settling';
    const { statusCode: status } = this.#res;
    const headers = this.#res.getHeaders() as Record<string, OutgoingHttpHeader | undefined>;
    const response = { status, headers: textOf(headers), body: this.#taken() };
    void this.#keeper.finish(response).then((instead) => this.#send(instead ?? response.body));
  }

  #passThrough(): void {
    this.#state = 'settling';
    void this.#keeper.finishTooLarge(this.#res.statusCode).then((instead) => this.#send(instead));
  }

  #taken(): Buffer {
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    return body;
  }

  /** @param what another answer, all of the body, or undefined for what is held of a longer one */
  #send(what: StoredResponse | Buffer | undefined): void {
    this.#state = 'passing';
    this.#hasBegun = false;
    const res = this.#res;
    // The client has left; what was done is recorded.
    if (res.destroyed) return;
    if (what !== undefined && !Buffer.isBuffer(what)) {
      for (const name of res.getHeaderNames()) if (!this.#headersBefore.has(name)) res.removeHeader(name);
      sendAnswer(res, what, this.#end);
    } else if (what !== undefined || this.#hasEnded) {
      const body = what ?? this.#taken();
      if (body.length > 0) Reflect.apply(this.#end, res, [body]);
      else Reflect.apply(this.#end, res, []);
    } else if (Reflect.apply(this.#write, res, [this.#taken()]) === true) {
      // Whoever writes was told to wait.
      res.emit('drain');
    }
  }
}

/** Sends a whole answer on a response that nothing was sent on. */
export function sendAnswer(
  res: ServerResponse,
  { status, headers, body }: StoredResponse,
  end: ServerResponse['end'] = res.end.bind(res) as ServerResponse['end'],
): void {
  res.statusCode = status;
  res.statusMessage = '';
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    // A list is copied, since whoever adds to the header later would add to the answer of others, too.
    if (value !== undefined) res.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  if (body.length > 0) Reflect.apply(end, res, [body]);
  else Reflect.apply(end, res, []);
}

/** `writeHead` takes an object, a flat list or a list of pairs. */
function headerPairs(headers: unknown): [string, string | number | string[]][] {
  if (Array.isArray(headers)) {
    if (headers.every((entry) => Array.isArray(entry))) return headers as [string, string][];
    return headers.flatMap((name: unknown, index) =>
      index % 2 === 0 ? [[String(name), headers[index + 1] as string] as [string, string]] : [],
    );
  }
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers as Record<string, string | undefined>).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
}

function textOf(headers: Record<string, OutgoingHttpHeader | undefined>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'number' ? String(value) : value]],
    ),
  );
}
