import type { Random } from '../harness/random.ts';

/** A header as node:http may hand it over: text, a list where it came more than once, or absent. */
export type HeaderValue = string | string[] | undefined;

const CONTROL = [
  '\u0000',
  '\r\n',
  '\n',
  '\t',
  '\u007f',
  '\u0085',
  '\u2028',
  '\ud800',
  'é',
  '💣',
  ' ',
] as const;
const NASTY = [
  '',
  ' ',
  ',',
  '=',
  ';',
  '""',
  '-',
  '0',
  'null',
  'undefined',
  'NaN',
  '__proto__',
  'constructor',
  '$7*7',
  '../../etc/passwd',
  "' OR 1=1 --",
  '<script>',
  '%00',
  '*/',
  '\r\nset-cookie: a=b',
  '{"a":1}',
] as const;
const LENGTHS = [1, 2, 127, 128, 129, 255, 256, 1_024, 65_536] as const;
const HEX = '0123456789abcdef';
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-';

export function hex(random: Random, digits: number): string {
  return textOf(random, HEX, digits);
}

/** An id that every package must take: 1 to 128 of `[A-Za-z0-9._:-]`. */
export function goodId(random: Random): string {
  return textOf(random, WORD, random.between(1, 128));
}

/** Anything: a good value damaged in a few places, a known troublemaker, a very long one, or noise. */
export function hostileText(random: Random, good: string): string {
  switch (random.between(0, 4)) {
    case 0:
      return damaged(random, good);
    case 1:
      return random.pick(NASTY as unknown as [string, ...string[]]);
    case 2:
      return textOf(
        random,
        random.pick([HEX, WORD, 'a', ',', '-', ' =,']),
        random.pick(LENGTHS as unknown as [number]),
      );
    case 3:
      return noise(random);
    default:
      return good;
  }
}

/** The same, and now and then a list of them or nothing. */
export function hostileHeader(random: Random, good: string): HeaderValue {
  if (random.chance(0.05)) return undefined;
  if (random.chance(0.1))
    return Array.from({ length: random.between(0, 3) }, () => hostileText(random, good));
  return hostileText(random, good);
}

/** One to three edits: a unit replaced, left out, put in, turned to the other case, or the text cut or doubled. */
export function damaged(random: Random, text: string): string {
  let result = text;
  for (let edit = random.between(1, 3); edit > 0; edit -= 1) result = edited(random, result);
  return result;
}

function edited(random: Random, text: string): string {
  const at = random.between(0, text.length);
  const before = text.slice(0, at);
  const after = text.slice(at);
  switch (random.between(0, 5)) {
    case 0:
      return before + random.pick(CONTROL as unknown as [string, ...string[]]) + after;
    case 1:
      return before + after.slice(1);
    case 2:
      return before + textOf(random, WORD, 1) + after.slice(1);
    case 3:
      return before + after.slice(0, 1).toUpperCase() + after.slice(1);
    case 4:
      return before;
    default:
      return text + text.slice(at);
  }
}

function noise(random: Random): string {
  return String.fromCharCode(
    ...Array.from({ length: random.between(1, 200) }, () => random.between(0, 0xffff)),
  );
}

/** A long text repeats its beginning: what matters there is the length. */
const RANDOM_CHARACTERS = 256;

function textOf(random: Random, alphabet: string, length: number): string {
  let text = '';
  while (text.length < Math.min(length, RANDOM_CHARACTERS)) {
    text += alphabet[random.between(0, alphabet.length - 1)] ?? '';
  }
  return text.length === length ? text : text.repeat(Math.ceil(length / text.length)).slice(0, length);
}
