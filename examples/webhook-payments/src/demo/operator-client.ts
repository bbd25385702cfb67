/** What an operator sees and does, over the service's own endpoints. */
export interface OperatorClient {
  /** Undefined while the service does not answer. */
  status(): Promise<OperatorStatus | undefined>;
  deadLetters(): Promise<ListedDeadLetter[]>;
  deadLetter(id: string): Promise<ShownDeadLetter>;
  redrive(id: string): Promise<void>;
}

export interface OperatorStatus {
  active: number;
  /** Waiting, delayed or parked. */
  waiting: number;
  deadLetters: number;
}

export interface ListedDeadLetter {
  id: string;
  eventId: string;
}

export interface ShownDeadLetter extends ListedDeadLetter {
  error: string;
  traceId?: string;
  history: readonly unknown[];
}

const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 200;

export function createOperatorClient(baseUrl: () => string | undefined, key: string): OperatorClient {
  async function call<T>(method: string, path: string): Promise<T> {
    const base = baseUrl();
    if (base === undefined) throw new Error('The service is down.');
    const response = await fetch(`${base}/operator/${path}`, {
      method,
      headers: { 'x-api-key': key },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`${method} /operator/${path} was answered with ${response.status}.`);
    return (await response.json()) as T;
  }
  return {
    status: () => call<OperatorStatus>('GET', 'status').catch(() => undefined),
    deadLetters: async () => {
      const page = await call<{ items: ListedDeadLetter[] }>('GET', `dead-letters?limit=${PAGE_SIZE}`);
      return page.items;
    },
    deadLetter: (id) => call('GET', `dead-letters/${encodeURIComponent(id)}`),
    redrive: (id) => call('POST', `dead-letters/${encodeURIComponent(id)}/redrive`),
  };
}
