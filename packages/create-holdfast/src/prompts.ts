import { createInterface, type Interface } from 'node:readline/promises';
import { CancelledError } from './errors.ts';
import type { Template } from './templates.ts';

const DEFAULT_FOLDER = 'my-service';

/** Asks on a terminal for what the command line does not say. */
export interface Prompts {
  folder(): Promise<string>;
  /** @returns the name of one of them, or what was typed */
  template(templates: readonly Template[]): Promise<string>;
}

export function createPrompts(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Prompts {
  return {
    folder: async () => (await ask(input, output, `Folder (${DEFAULT_FOLDER}): `)) || DEFAULT_FOLDER,
    template: async (templates) => {
      const lines = templates.map(({ name, summary }, index) => `  ${index + 1}  ${name}: ${summary}\n`);
      output.write(lines.join(''));
      const answer = (await ask(input, output, `Template (1): `)) || '1';
      return templates[Number(answer) - 1]?.name ?? answer;
    },
  };
}

async function ask(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, question: string) {
  const terminal: Interface = createInterface({ input, output });
  const cancelled = new Promise<never>((_resolve, reject) => {
    // Ctrl+C, and Ctrl+D or the end of the input.
    terminal.once('SIGINT', () => reject(new CancelledError()));
    terminal.once('close', () => reject(new CancelledError()));
  });
  cancelled.catch(() => {});
  try {
    return (await Promise.race([terminal.question(question), cancelled])).trim();
  } finally {
    terminal.close();
  }
}
