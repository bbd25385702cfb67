import type { ExpositionFormat } from '../exposition/negotiate.ts';
import type { SamplePart } from './snapshot.ts';

/** What the processes of a cluster say to each other, beside what the application says over the same channel. */
export type ClusterMessage = { readonly [MARK]: 1 } & (
  | { readonly kind: 'ask'; readonly id: number; readonly exemplars: boolean }
  | { readonly kind: 'part'; readonly id: number; readonly part: SamplePart }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'scrape'; readonly id: number; readonly format: ExpositionFormat }
  | { readonly kind: 'text'; readonly id: number; readonly text: string }
  | { readonly kind: 'done'; readonly id: number; readonly error?: string | undefined }
);

const MARK = 'holdfast.metrics.v1';

type WithoutMark<T> = T extends unknown ? Omit<T, typeof MARK> : never;

/** The sending end of a channel: `process` in a worker, the worker in the primary. */
export interface Channel {
  send?(
    message: object,
    handle: undefined,
    options: undefined,
    callback: (error: Error | null) => void,
  ): boolean;
}

export function isClusterMessage(message: unknown): message is ClusterMessage {
  return typeof message === 'object' && message !== null && MARK in message;
}

/** Settles when the message is handed over, so that a slow reader holds the sender, not its memory; false when it cannot be. */
export function sendMessage(channel: Channel, message: WithoutMark<ClusterMessage>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  if (channel.send === undefined) return Promise.resolve(false);
  try {
    channel.send({ [MARK]: 1, ...message }, undefined, undefined, (error) => resolve(error === null));
  } catch {
    resolve(false);
  }
  return promise;
}
