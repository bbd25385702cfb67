import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initTracing, type Tracing, type TracingOptions } from '../src/index.ts';
import { readSpans, type TraceSpan } from '../src/reader/index.ts';

/** Tracing into a file of its own, read back as people read it. */
export interface Recording {
  readonly tracing: Tracing;
  readonly file: string;
  /** Every span that has ended so far, in the order in which they ended. */
  spans(): Promise<TraceSpan[]>;
  /** The one span of that name. */
  span(name: string): Promise<TraceSpan>;
  stop(): Promise<void>;
}

export async function startRecording(options: TracingOptions = {}): Promise<Recording> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-tracing-'));
  const file = join(folder, 'spans.jsonl');
  const tracing = initTracing({ serviceName: 'test', exporter: { file }, ...options });
  const spans = async () => {
    await tracing.flush();
    return readSpans(file);
  };
  return {
    tracing,
    file,
    spans,
    async span(name) {
      const found = (await spans()).filter((span) => span.name === name);
      if (found.length !== 1 || found[0] === undefined)
        throw new Error(`${found.length} spans are called ${name}`);
      return found[0];
    },
    async stop() {
      await tracing.shutdown();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
