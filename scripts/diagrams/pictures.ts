import type { Box, Diagram } from './diagram.ts';

/** Boxes in a row, each as wide as `width`, with `gap` between. */
function row(
  y: number,
  { x = 20, width, height, gap }: { x?: number; width: number; height: number; gap: number },
  boxes: Readonly<Record<string, Pick<Box, 'lines' | 'kind'>>>,
): Record<string, Box> {
  return Object.fromEntries(
    Object.entries(boxes).map(([name, box], index) => [
      name,
      { ...box, x: x + index * (width + gap), y, width, height },
    ]),
  );
}

const requestContext: Diagram = {
  title: 'One request and its context',
  description:
    'Correlation, tracing, metrics and the request log stand before your authentication and your handler. All of them share one scope with ids, identity and deadline, and what leaves the request takes a part of it along.',
  width: 860,
  height: 350,
  boxes: {
    ...row(
      30,
      { width: 120, height: 62, gap: 20 },
      {
        correlation: { lines: ['correlation', 'checks ids', 'opens the scope'] },
        tracing: { lines: ['tracing', 'server span'] },
        metrics: { lines: ['metrics', 'and request line'] },
        auth: { lines: ['your auth', 'setIdentity()'] },
        handler: { lines: ['your handler'] },
        answer: { lines: ['answer', 'X-Request-ID'] },
      },
    ),
    scope: {
      x: 20,
      y: 140,
      width: 820,
      height: 62,
      kind: 'state',
      lines: [
        'one scope in one AsyncLocalStorage',
        'trace, span, request and correlation id · tenant and user · attributes, baggage · deadline and signal',
      ],
    },
    ...row(
      260,
      { width: 190, height: 66, gap: 20 },
      {
        lines: { lines: ['log lines, spans, errors', 'all ids'] },
        trusted: { lines: ['your own services', 'ids, tenant, baggage,', 'what is left of the deadline'] },
        others: { lines: ['any other host', 'traceparent only'] },
        jobs: { lines: ['jobs and events', 'all ids as a carrier,', 'no deadline'] },
      },
    ),
  },
  arrows: [
    { from: ['correlation', 'right'], to: ['tracing', 'left'] },
    { from: ['tracing', 'right'], to: ['metrics', 'left'] },
    { from: ['metrics', 'right'], to: ['auth', 'left'] },
    { from: ['auth', 'right'], to: ['handler', 'left'] },
    { from: ['handler', 'right'], to: ['answer', 'left'] },
    { from: ['correlation', 'bottom'], to: ['scope', 'top', -350] },
    { from: ['tracing', 'bottom'], to: ['scope', 'top', -210] },
    { from: ['auth', 'bottom'], to: ['scope', 'top', 70] },
    { from: ['scope', 'top', 210], to: ['handler', 'bottom'] },
    { from: ['scope', 'bottom', -315], to: ['lines', 'top'] },
    { from: ['scope', 'bottom', -105], to: ['trusted', 'top'] },
    { from: ['scope', 'bottom', 105], to: ['others', 'top'] },
    { from: ['scope', 'bottom', 315], to: ['jobs', 'top'] },
  ],
};

const webhook: Diagram = {
  title: 'A webhook, from the socket to its effect',
  description:
    'The provider keeps the event until it gets 2xx. The signature is checked, the event is committed to the queue or, while its server is away, to the spool, and then answered. The worker writes effect and event id in one transaction. What fails for good is a dead letter.',
  width: 860,
  height: 330,
  boxes: {
    ...row(
      60,
      { width: 145, height: 76, gap: 23 },
      {
        provider: { lines: ['provider', 'delivers again', 'until it gets 2xx'] },
        verify: { lines: ['receiver', 'signature over the', 'bytes as they came'] },
        queue: { kind: 'durable', lines: ['queue', 'SQLite, Redis or', 'PostgreSQL'] },
        worker: { lines: ['worker', 'one attempt,', 'under a lock'] },
        effect: { kind: 'durable', lines: ['one transaction', 'your row and', 'the event id'] },
      },
    ),
    refused: { x: 20, y: 220, width: 145, height: 60, lines: ['401', 'nothing is stored'] },
    spool: {
      x: 356,
      y: 220,
      width: 145,
      height: 76,
      kind: 'durable',
      lines: ['spool', 'SQLite on this disk,', 'drains by itself'],
    },
    dead: {
      x: 524,
      y: 220,
      width: 145,
      height: 76,
      kind: 'durable',
      lines: ['dead letters', 'until redriven', 'or discarded'],
    },
  },
  arrows: [
    { from: ['provider', 'right'], to: ['verify', 'left'] },
    { from: ['verify', 'right'], to: ['queue', 'left'] },
    { from: ['queue', 'right'], to: ['worker', 'left'] },
    { from: ['worker', 'right'], to: ['effect', 'left'] },
    {
      from: ['verify', 'bottom', -45],
      to: ['refused', 'right'],
      label: ['forged, stale'],
      labelAt: [172, 196],
    },
    {
      from: ['verify', 'bottom', 45],
      to: ['spool', 'left'],
      dashed: true,
      label: ['server away'],
      labelAt: [265, 196],
    },
    {
      from: ['spool', 'top'],
      to: ['queue', 'bottom'],
      dashed: true,
      label: ['server back'],
      labelAt: [470, 182],
    },
    {
      from: ['worker', 'bottom'],
      to: ['dead', 'top'],
      label: ['permanent, or', 'attempts used up'],
      labelAt: [660, 172],
    },
    {
      from: ['worker', 'top', -40],
      to: ['queue', 'top', 40],
      label: ['retry with backoff, or crash: the lock expires'],
    },
  ],
  notes: [
    {
      x: 20,
      y: 316,
      text: 'Green is on a disk before the next step. The answer 200 is sent after the commit to queue or spool.',
    },
  ],
};

const idempotency: Diagram = {
  title: 'The life of an idempotency key',
  description:
    'A key is free, claimed by the first request with a lease and a token, and completed with the recorded answer, which every repeat gets. A release frees it. A lease that expires leaves the outcome unknown, which is refused, run again or reconciled.',
  width: 860,
  height: 330,
  boxes: {
    free: { x: 20, y: 60, width: 150, height: 70, kind: 'state', lines: ['free', 'no record'] },
    claimed: {
      x: 330,
      y: 60,
      width: 180,
      height: 70,
      kind: 'state',
      lines: ['claimed', 'lease and fencing token'],
    },
    completed: {
      x: 670,
      y: 60,
      width: 170,
      height: 70,
      kind: 'state',
      lines: ['completed', 'answer recorded'],
    },
    unknown: {
      x: 330,
      y: 220,
      width: 180,
      height: 70,
      kind: 'state',
      lines: ['outcome unknown', 'the lease has expired'],
    },
  },
  arrows: [
    {
      from: ['free', 'right', -12],
      to: ['claimed', 'left', -12],
      label: ['first request:', 'one atomic claim'],
      labelAt: [250, 54],
    },
    {
      from: ['claimed', 'left', 18],
      to: ['free', 'right', 18],
      label: ['release(), rollback,', '429 or 503'],
      labelAt: [250, 132],
    },
    {
      from: ['claimed', 'right'],
      to: ['completed', 'left'],
      label: ['complete(tx): with', 'the effect, in', 'one transaction'],
      labelAt: [590, 46],
    },
    { from: ['claimed', 'bottom'], to: ['unknown', 'top'], label: ['crash, or 5xx'], labelAt: [470, 180] },
    {
      from: ['unknown', 'left'],
      to: ['free', 'bottom'],
      label: ["onLeaseExpired: 'run-again'"],
      labelAt: [200, 276],
    },
    {
      from: ['unknown', 'right'],
      to: ['completed', 'bottom'],
      label: ['a function that found out'],
      labelAt: [670, 276],
    },
  ],
  notes: [
    { x: 420, y: 30, text: 'a second request: 409, or it waits', anchor: 'middle' },
    { x: 755, y: 30, text: 'a repeat: the same answer', anchor: 'middle' },
    { x: 420, y: 312, text: "the default 'refuse': 409", anchor: 'middle' },
  ],
};

const outbox: Diagram = {
  title: 'From a transaction to every group of subscribers',
  description:
    'Business rows and the event are committed together. One relay moves committed events into the log, one dispatcher hands them from the log to the queue of each group, whose processes handle them.',
  width: 860,
  height: 330,
  boxes: {
    transaction: { x: 20, y: 40, width: 200, height: 170, kind: 'frame', lines: ['your transaction'] },
    rows: { x: 40, y: 72, width: 160, height: 50, kind: 'durable', lines: ['business rows'] },
    outbox: { x: 40, y: 140, width: 160, height: 50, kind: 'durable', lines: ['outbox row'] },
    log: { x: 310, y: 130, width: 150, height: 70, kind: 'durable', lines: ['log', 'each event id once'] },
    mailer: {
      x: 600,
      y: 30,
      width: 150,
      height: 62,
      kind: 'durable',
      lines: ["queue of 'mailer'", 'retries, dead letters'],
    },
    stock: {
      x: 600,
      y: 134,
      width: 150,
      height: 62,
      kind: 'durable',
      lines: ["queue of 'stock'", 'in order for each key'],
    },
    audit: {
      x: 600,
      y: 238,
      width: 150,
      height: 62,
      kind: 'durable',
      lines: ["queue of 'audit'", 'replayed from the log'],
    },
    one: { x: 790, y: 40, width: 50, height: 42, lines: ['fn'] },
    two: { x: 790, y: 144, width: 50, height: 42, lines: ['fn'] },
    three: { x: 790, y: 248, width: 50, height: 42, lines: ['fn'] },
  },
  arrows: [
    { from: ['outbox', 'right'], to: ['log', 'left'], label: ['relay'], labelAt: [265, 157] },
    { from: ['log', 'right'], to: ['mailer', 'left'] },
    { from: ['log', 'right'], to: ['stock', 'left'], label: ['dispatcher'], labelAt: [494, 157] },
    { from: ['log', 'right'], to: ['audit', 'left'] },
    { from: ['mailer', 'right'], to: ['one', 'left'] },
    { from: ['stock', 'right'], to: ['two', 'left'] },
    { from: ['audit', 'right'], to: ['three', 'left'] },
  ],
  notes: [
    { x: 20, y: 240, text: 'Relay and dispatcher run in one process at a time;' },
    { x: 20, y: 257, text: 'when it dies another takes over after leaseMs.' },
    { x: 20, y: 274, text: 'Both may hand an event over twice: the second is' },
    { x: 20, y: 291, text: 'dropped, since log and jobs know its id.' },
  ],
};

const circuit: Diagram = {
  title: 'The states of a circuit',
  description:
    'Closed lets calls through. Enough failures open it, and calls are refused. After the open time the first call makes it half-open, and a few trial calls go through. Enough successes close it, one failure opens it again.',
  width: 860,
  height: 270,
  boxes: {
    closed: {
      x: 30,
      y: 100,
      width: 190,
      height: 70,
      kind: 'state',
      lines: ['closed', 'calls go through, and count'],
    },
    open: {
      x: 640,
      y: 100,
      width: 190,
      height: 70,
      kind: 'state',
      lines: ['open', 'calls are refused at once'],
    },
    half: {
      x: 325,
      y: 175,
      width: 210,
      height: 70,
      kind: 'state',
      lines: ['half-open', 'halfOpenMaxCalls at a time'],
    },
  },
  arrows: [
    {
      from: ['closed', 'top'],
      to: ['open', 'top'],
      label: ['failures in a row, share of failures, or share of slow calls'],
    },
    {
      from: ['open', 'bottom'],
      to: ['half', 'right', 10],
      label: ['the first call after resetTimeout'],
      labelAt: [690, 238],
    },
    {
      from: ['half', 'left', 10],
      to: ['closed', 'bottom'],
      label: ['successThreshold successes'],
      labelAt: [200, 238],
    },
    { from: ['half', 'right', -15], to: ['open', 'left', 10], label: ['one failure'], labelAt: [582, 128] },
  ],
  notes: [
    {
      x: 430,
      y: 30,
      text: 'A call counts in the period in which it began: a late success closes nothing.',
      anchor: 'middle',
    },
  ],
};

const shutdown: Diagram = {
  title: 'What happens at SIGTERM',
  description:
    'Six phases one after another, within one limit: readiness answers 503, no new connections, requests end, workers stop, buffers are flushed, stores are closed. A second signal ends it at once.',
  width: 860,
  height: 250,
  boxes: row(
    80,
    { width: 120, height: 84, gap: 20 },
    {
      readiness: { lines: ['readiness', '503, and', 'readinessDelayMs'] },
      accept: { lines: ['accept', 'no more', 'connections'] },
      drain: { lines: ['drain', 'requests in', 'progress end'] },
      workers: { lines: ['workers', 'jobs end, or go', 'back to waiting'] },
      flush: { lines: ['flush', 'traces, logs,', 'outbox'] },
      close: { lines: ['close', 'databases and', 'other stores'] },
    },
  ),
  arrows: [
    { from: ['readiness', 'right'], to: ['accept', 'left'] },
    { from: ['accept', 'right'], to: ['drain', 'left'] },
    { from: ['drain', 'right'], to: ['workers', 'left'] },
    { from: ['workers', 'right'], to: ['flush', 'left'] },
    { from: ['flush', 'right'], to: ['close', 'left'] },
  ],
  notes: [
    { x: 20, y: 50, text: 'SIGTERM or SIGINT' },
    { x: 840, y: 50, text: 'exit code 0 when every step was done', anchor: 'end' },
    {
      x: 20,
      y: 200,
      text: 'All of it within timeoutMs. A step that hangs is left behind; the later phases keep their share of the time.',
    },
    {
      x: 20,
      y: 222,
      text: 'A second signal ends the process at once. SIGKILL runs nothing of this, and loses nothing that was accepted.',
    },
  ],
};

/** By the name of the file in docs/images. */
export const PICTURES: Readonly<Record<string, Diagram>> = {
  'request-context': requestContext,
  'webhook-to-effect': webhook,
  'idempotency-key': idempotency,
  'outbox-to-groups': outbox,
  'circuit-states': circuit,
  'shutdown-phases': shutdown,
};
