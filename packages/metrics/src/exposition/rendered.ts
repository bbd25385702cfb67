import { CONTENT_TYPES, type ExpositionFormat } from './negotiate.ts';

/** The answer to a scrape. */
export interface RenderedMetrics {
  readonly contentType: string;
  /** The text in parts: what is written part by part never holds the event loop for long, however much it is. */
  readonly parts: readonly string[];
  /** The whole text, joined when it is first read. */
  readonly body: string;
}

export function renderedMetrics(format: ExpositionFormat, parts: readonly string[]): RenderedMetrics {
  let joined: string | undefined;
  return {
    contentType: CONTENT_TYPES[format],
    parts,
    get body() {
      return (joined ??= parts.join(''));
    },
  };
}
