import type { Carrier } from '@holdfast/context';

/** The key under which an enqueue marks the job it made, beside the fields of the carrier. */
const TOKEN_KEY = 'holdfastEnqueue';

/**
 * What goes into BullMQ's telemetry metadata of a job, so that the payload stays the event and nothing else:
 * the producer's context, and a token that tells who stored the job.
 */
export function writeMetadata(carrier: Carrier, token: string): string {
  return JSON.stringify({ ...carrier, [TOKEN_KEY]: token });
}

/** The carrier a job was stored with; empty where it holds none that can be read. */
export function readCarrier(metadata: string | undefined): Carrier {
  const { [TOKEN_KEY]: _token, ...carrier } = parse(metadata);
  return carrier;
}

function parse(metadata: string | undefined): Record<string, unknown> {
  if (metadata === undefined) return {};
  try {
    const value: unknown = JSON.parse(metadata);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
