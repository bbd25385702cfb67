import { describe, expect, it } from 'vitest';
import { readArguments, usage } from './arguments.ts';
import { UsageError } from './errors.ts';

describe('readArguments', () => {
  it('installs and begins a git repository unless told not to', () => {
    expect(readArguments([])).toEqual({
      folder: undefined,
      template: undefined,
      install: true,
      git: true,
      show: undefined,
    });
    expect(readArguments(['shop', '--no-install', '--no-git', '-t', 'webhook-payments'])).toEqual({
      folder: 'shop',
      template: 'webhook-payments',
      install: false,
      git: false,
      show: undefined,
    });
  });

  it('puts --help before everything else', () => {
    expect(readArguments(['-h', '-v']).show).toBe('help');
    expect(readArguments(['--version']).show).toBe('version');
  });

  it('names an option that there is not', () => {
    expect(() => readArguments(['--no-instal'])).toThrow(
      new UsageError("Unknown option '--no-instal'. See --help."),
    );
  });

  it('takes one folder', () => {
    expect(() => readArguments(['my', 'service'])).toThrow('It takes one folder, and got my, service.');
  });
});

describe('usage', () => {
  it('lists every option, template and exit code', () => {
    const text = usage([
      { name: 'a', summary: 'the first' },
      { name: 'other', summary: 'the second' },
    ]);
    for (const option of ['--template', '--no-install', '--no-git', '--help', '--version'])
      expect(text).toContain(option);
    expect(text).toContain('  a      the first\n  other  the second\n');
    expect(text).toMatch(/^ {2}0 {2}.*\n {2}1 {2}.*\n {2}2 {2}.*\n {2}3 {2}.*$/m);
  });
});
