import type { Proof } from '../harness/proof.ts';
import type { Random } from '../harness/random.ts';
import { fuzzContextHeaders } from './context-headers.ts';
import { createLogFuzzer } from './log-lines.ts';
import { createSignatureFuzzer } from './signatures.ts';
import { createWireFuzzer } from './wire.ts';

const PROGRESS_EVERY = 20_000;
const KEPT_VIOLATIONS = 100;
/** Of so many cases one goes over a real connection, which costs a hundred times as much. */
const WIRE_SHARE = 50;
const WIRE_BATCH = 50;

/** Hostile input through what reads it first: the trace headers, the log and the signature verifiers. */
export const fuzz: Proof = {
  claim:
    'No header makes a service throw, answer 5xx, believe a stranger, take a forgery, or write a header or log line that is not its own.',
  unit: 'cases',
  defaultSize: 100_000,
  run: async ({ random, size: cases, progress }) => {
    const violations: string[] = [];
    const figures = {
      contextCases: 0,
      logCases: 0,
      wireCases: 0,
      signatureCases: 0,
      genuineAccepted: 0,
      forgeriesRefused: 0,
      slowestCaseUs: 0,
    };
    const inProcess = inProcessCases(random, figures);
    await using wire = await createWireFuzzer(random.fork());
    let waiting = 0;
    for (let index = 0; index < cases && violations.length < KEPT_VIOLATIONS; index += 1) {
      if (index % WIRE_SHARE === WIRE_SHARE - 1) waiting += 1;
      else violations.push(...inProcess(index));
      if (waiting === WIRE_BATCH || (waiting > 0 && index === cases - 1)) {
        violations.push(...(await wire.send(waiting)));
        figures.wireCases += waiting;
        waiting = 0;
      }
      if ((index + 1) % PROGRESS_EVERY === 0) progress(`${index + 1} of ${cases} cases`);
    }
    return { figures, violations };
  },
};

interface Figures {
  contextCases: number;
  logCases: number;
  signatureCases: number;
  genuineAccepted: number;
  forgeriesRefused: number;
  slowestCaseUs: number;
}

/** Each call of what it returns is one case, timed. */
function inProcessCases(random: Random, figures: Figures): (index: number) => string[] {
  const fuzzSignatures = createSignatureFuzzer(random.fork());
  const fuzzLog = createLogFuzzer(random.fork());
  const signatureCase = (): string[] => {
    const { accepted, refused, wrong } = fuzzSignatures();
    figures.signatureCases += 1;
    figures.genuineAccepted += accepted ? 1 : 0;
    figures.forgeriesRefused += refused ? 1 : 0;
    return [...wrong];
  };
  const logCase = (): string[] => {
    figures.logCases += 1;
    return fuzzLog();
  };
  const contextCase = (): string[] => {
    figures.contextCases += 1;
    return fuzzContextHeaders(random);
  };
  const kinds = [contextCase, signatureCase, contextCase, logCase] as const;
  return (index) => {
    const began = performance.now();
    const wrong = (kinds[index % kinds.length] ?? contextCase)();
    figures.slowestCaseUs = Math.max(figures.slowestCaseUs, Math.round((performance.now() - began) * 1_000));
    return wrong;
  };
}
