import type { SpanData } from '../span-data.ts';

/** What became of the spans that were handed over, since start. */
export interface SinkStats {
  /** Taken by the receiver, or written. */
  exported: number;
  /** Lost: the queue was full, the receiver refused them for good, or the last attempt failed. */
  dropped: number;
  /** Waiting, those on their way included. */
  queued: number;
  /** Attempts that failed, whether they were repeated or not. */
  failedAttempts: number;
  /** What the last failed attempt said: a status or an error code, never a payload. */
  lastError: string | undefined;
}

/** What is left to do with spans that were handed over. */
export interface SinkControl {
  /** Settles when what was added before is exported, or after `timeoutMs`; never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** Flushes, then drops what is left. */
  close(timeoutMs: number): Promise<void>;
  stats(): SinkStats;
}

/** Where ended spans go. `add` returns at once, keeps within its bounds and never throws. */
export interface SpanSink extends SinkControl {
  add(span: SpanData): void;
}

/** For `exporter: 'none'`: ids, propagation and context work, nothing is kept. */
export const discardingSink: SpanSink = {
  add: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
  stats: () => ({ exported: 0, dropped: 0, queued: 0, failedAttempts: 0, lastError: undefined }),
};
