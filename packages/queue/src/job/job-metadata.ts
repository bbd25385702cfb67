import type { Carrier } from '@holdfast/context';

/** The key under which an enqueue marks the job it made, beside the fields of the carrier. */
const TOKEN_KEY = 'holdfast';

/**
 * What goes into BullMQ's telemetry metadata of a job, so that the payload stays the event and nothing else:
 * the producer's context, and a token that tells who stored the job.
 */
export function writeMetadata(carrier: Carrier, token: string): string {
  const { requestId, correlationId } = carrier;
  // A request without a correlation id of its own has its request id for one: written once, it is read as both.
  const isOneId = requestId !== undefined && correlationId === requestId;
  return JSON.stringify({
    ...carrier,
    ...(isOneId && { correlationId: undefined }),
    [TOKEN_KEY]: token,
  });
}

/** The carrier a job was stored with; empty where it holds none that can be read. */
export function readCarrier(metadata: string | undefined): Carrier {
  const { [TOKEN_KEY]: _token, ...stored } = parse(metadata);
  const carrier: Carrier = stored;
  if (carrier.requestId !== undefined) carrier.correlationId ??= carrier.requestId;
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
