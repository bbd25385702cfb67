import type { Exemplar, ExemplarSample } from '../families/exemplars.ts';
import { hrTime, type OtlpExemplar } from './metric-data.ts';

/** Names under which applications write the two ids into the labels of prom-client's exemplars. */
const TRACE_ID_LABELS = new Set(['trace_id', 'traceId', 'traceID']);
const SPAN_ID_LABELS = new Set(['span_id', 'spanId', 'spanID']);

export function ownExemplar({ traceId, spanId, value, at }: Exemplar): OtlpExemplar {
  return { value, time: hrTime(at), traceId, spanId, filteredAttributes: {} };
}

export function foreignExemplar({ labelSet, value, timestamp }: ExemplarSample): OtlpExemplar {
  let traceId: string | undefined;
  let spanId: string | undefined;
  const filteredAttributes: Record<string, string> = {};
  for (const [name, text] of Object.entries(labelSet)) {
    if (TRACE_ID_LABELS.has(name) && /^[0-9a-f]{32}$/.test(text)) traceId = text;
    else if (SPAN_ID_LABELS.has(name) && /^[0-9a-f]{16}$/.test(text)) spanId = text;
    else filteredAttributes[name] = String(text);
  }
  return { value, time: hrTime(timestamp * 1000), traceId, spanId, filteredAttributes };
}
