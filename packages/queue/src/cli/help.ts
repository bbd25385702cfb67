export const HELP = `holdfast-dlq: the dead letters of a queue

  holdfast-dlq list    --queue NAME [WHERE] [WHICH] [--groups] [--limit N] [--cursor C]
  holdfast-dlq show    --queue NAME [WHERE] ID
  holdfast-dlq retry   --queue NAME [WHERE] --by WHO (ID... | WHICH | --all) [--rate N] [--dry-run] [--run R] [--yes]
  holdfast-dlq discard --queue NAME [WHERE] --by WHO (ID... | WHICH | --all) [--rate N] [--dry-run] [--run R] [--yes]

WHERE, the engine of the queue:
  --file PATH         SQLite; the default is queue.db in HOLDFAST_DATA_DIR or ./.holdfast
  --url URL           redis://, rediss:// or postgresql://; HOLDFAST_DLQ_URL where a password is in it
  --engine NAME       sqlite, redis or postgres, where it is to be said

WHICH, every condition must hold:
  --group F           those of one failure, by its fingerprint: see list --groups
  --filter KEY=VALUE  type=EVENT_TYPE, class=FAILURE_CLASS, since=TIME, until=TIME; may be repeated
                      TIME is 2026-01-31T08:00Z, or 30m, 12h, 7d ago

  --groups            one line for each failure, not for each letter
  --by WHO            who asks for it: it goes on record
  --rate N            so many in a second at most
  --dry-run           say what would be done, and do nothing
  --run R             go on with the retry or discard of this name, which was cut off
  --yes               do not ask
  --json              one JSON document on standard output
  --help, --version

Exit: 0 done, 1 failed or not all done, 2 not understood, 3 not confirmed, 130 stopped by a signal.
`;
