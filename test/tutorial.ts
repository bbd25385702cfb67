import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './code-blocks.ts';
import type { CommandBlock } from './document-commands.ts';

const END = 'END_OF_FILE';

/**
 * What a reader of a page does, in its order: the ```sh blocks are typed (a ```text block that follows at once is what
 * they print), and each block after a line that ends in "Save this as `name`:", or says so before its colon, is saved.
 */
export function tutorialSteps(document: string): CommandBlock[] {
  const text = readFileSync(join(rootFolder, document), 'utf8');
  const blocks = text.matchAll(
    /(?:^Save this as `(?<file>[\w.-]+)`[^\n]*:\n\n)?^```(?<language>\w+)\n(?<code>.*?)^```\n(?:\n```text\n(?<prints>.*?)^```$)?/gms,
  );
  return [...blocks].flatMap(({ groups = {}, index }) => {
    const { file, language, code = '', prints = '' } = groups;
    const line = text.slice(0, index).split('\n').length;
    if (file !== undefined) return [{ line, commands: saved(file, code), prints: [] }];
    if (language !== 'sh') return [];
    return [{ line, commands: code, prints: prints.split('\n').filter((printed) => printed !== '') }];
  });
}

function saved(file: string, code: string): string {
  return `cat > ${file} <<'${END}'\n${code}${END}\n`;
}
