import type { Contender } from '../harness/interleave.ts';
import { type Subject, startSubject } from '../harness/subject.ts';

const ROUND_MS = 200;
const NS_PER_US = 1_000;

const FILES = {
  holdfast: new URL('../subjects/holdfast-resilience.ts', import.meta.url),
  opossum: new URL('../subjects/opossum.ts', import.meta.url),
  cockatiel: new URL('../subjects/cockatiel.ts', import.meta.url),
} as const;

export type Library = keyof typeof FILES;
export type Subjects = Readonly<Record<Library, Subject>>;

/** Each library in a process of its own, so that none is charged with what another taught the compiler. */
export async function withLibraries<T>(use: (subjects: Subjects) => Promise<T>): Promise<T> {
  const started: Subject[] = [];
  const start = async (file: URL): Promise<Subject> => {
    const subject = await startSubject(file);
    started.push(subject);
    return subject;
  };
  try {
    return await use({
      holdfast: await start(FILES.holdfast),
      opossum: await start(FILES.opossum),
      cockatiel: await start(FILES.cockatiel),
    });
  } finally {
    await Promise.all(started.map((subject) => subject.stop()));
  }
}

/** Warms a case up and gives what measures it in microseconds of one call. */
export async function inUs(subject: Subject, name: string): Promise<Contender> {
  const measure = await subject.prepare(name, ROUND_MS);
  return async () => (await measure()) / NS_PER_US;
}
