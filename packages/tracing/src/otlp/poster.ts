import type http from 'node:http';

/** What came back of one post, before anybody judges it. */
export type PostResult =
  | { readonly status: number; readonly retryAfter: string | undefined; readonly body: Uint8Array }
  /** The code of the error that ended it; `timeout` after `abort()`. */
  | { readonly errorCode: string };

/**
 * Posts one body at a time to one address over one kept connection, and never follows a redirect. It does not keep the
 * process alive.
 */
export interface Poster {
  post(body: Uint8Array): Promise<PostResult>;
  /** Ends the post under way, if there is one. */
  abort(): void;
  close(): void | Promise<void>;
}

/** Everything in it can be given to another thread. */
export interface PosterOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Options of the agent, such as certificates. */
  readonly agent: Readonly<Record<string, unknown>>;
}

export type HttpClient = Pick<typeof http, 'Agent' | 'request'>;

/**
 * A poster by Node's HTTP client. The export thread is started with the text of this function (`export-thread.ts`), so
 * it must use nothing from outside of itself but types.
 */
export function createPoster(client: HttpClient, options: PosterOptions): Poster {
  /** An answer is a few bytes; what a wrong server sends beyond that is not read. */
  const maxAnswerBytes = 64 * 1024;
  const agent = new client.Agent({ ...options.agent, keepAlive: true, maxSockets: 1 });
  let current: http.ClientRequest | undefined;

  async function read(response: http.IncomingMessage): Promise<PostResult> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size <= maxAnswerBytes) chunks.push(chunk);
      }
    } catch {
      // The status has arrived and decides; a body cut short adds nothing to it.
    }
    const { statusCode: status = 0, headers } = response;
    return { status, retryAfter: headers['retry-after'], body: Buffer.concat(chunks) };
  }

  async function send(body: Uint8Array): Promise<PostResult> {
    const headers = { ...options.headers, 'content-length': body.length };
    const request = client.request(options.url, { method: 'POST', agent, headers });
    current = request;
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    request.on('socket', (socket) => socket.unref());
    request.on('response', (response) => void read(response).then(resolve));
    request.on('error', (error: NodeJS.ErrnoException) => resolve({ errorCode: error.code ?? error.name }));
    request.end(body);
    const result = await promise;
    current = undefined;
    return result;
  }

  return {
    post: (body) =>
      send(body).catch((error: NodeJS.ErrnoException) => ({ errorCode: error.code ?? error.name })),
    abort: () => void current?.destroy(Object.assign(new Error('No answer in time.'), { code: 'timeout' })),
    close: () => agent.destroy(),
  };
}
