/** The process that sends the requests, so that its work is not the server's. */
import autocannon from 'autocannon';
import { answerParent } from '../harness/answer-parent.ts';

export interface LoadQuestion {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadAnswer {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Answers other than 2xx, connection errors and timeouts. */
  readonly failed: number;
}

answerParent({
  load: async ({ url, connections, seconds }: LoadQuestion): Promise<LoadAnswer> => {
    const result = await autocannon({ url, connections, duration: seconds });
    return {
      requestsPerSecond: result.requests.total / result.duration,
      requests: result.requests.total,
      failed: result.non2xx + result.errors + result.timeouts,
    };
  },
});
