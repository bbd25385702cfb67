import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import { LOGGER_DEFAULTS, type LoggerOptions, resolveOptions } from './options.ts';

describe('options', () => {
  it('have the defaults that the README tells', () => {
    const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n');
    const { level, censor, ...others } = LOGGER_DEFAULTS;
    const told = { ...others, level: `LOG_LEVEL, else ${level}`, redact: `on, ${censor}` };
    for (const [option, value] of Object.entries(told)) {
      const row = rows.find((line) => line.startsWith(`| \`${option}\``))?.replace(/['`]/g, '');
      expect(
        row?.split('|').map((cell) => cell.trim()),
        option,
      ).toContain(String(value));
    }
  });

  it('have these defaults', () => {
    expect(LOGGER_DEFAULTS).toEqual({
      level: 'info',
      includeTrace: true,
      destination: 'stdout',
      format: 'auto',
      censor: '[redacted]',
      bufferBytes: 0,
      requestHoldMs: 5,
      maxDepth: 8,
      maxValues: 500,
      maxTextLength: 8192,
    });
    expect(Object.isFrozen(LOGGER_DEFAULTS)).toBe(true);
  });

  it('treat an option that is undefined as absent', () => {
    const { level, destination, serviceName } = resolveOptions(
      { level: undefined, destination: undefined, serviceName: undefined },
      {},
    );
    expect({ level, destination, serviceName }).toEqual({
      level: 'info',
      destination: 'stdout',
      serviceName: undefined,
    });
  });

  it('take level and service from LOG_LEVEL and OTEL_SERVICE_NAME', () => {
    const env = { LOG_LEVEL: 'DEBUG', OTEL_SERVICE_NAME: 'orders' };
    expect(resolveOptions({}, env)).toMatchObject({ level: 'debug', serviceName: 'orders' });
    expect(resolveOptions({ level: 'warn', serviceName: 'mail' }, env)).toMatchObject({
      level: 'warn',
      serviceName: 'mail',
    });
    expect(resolveOptions({}, { LOG_LEVEL: '', OTEL_SERVICE_NAME: '' })).toMatchObject({ level: 'info' });
  });

  it.each<[string, unknown, string]>([
    ['level', 'loud', 'level is "loud"; it must be one of trace, debug, info, warn, error, fatal, silent.'],
    ['format', 'xml', 'format is "xml"; it must be one of auto, json, pretty.'],
    ['module', '', 'module is ""; it must be a text of 1 or more characters.'],
    ['bufferBytes', -1, 'bufferBytes is -1; it must be an integer from 0 to 1048576.'],
    ['requestHoldMs', 1001, 'requestHoldMs is 1001; it must be an integer from 0 to 1000.'],
    ['maxDepth', 21, 'maxDepth is 21; it must be an integer from 1 to 20.'],
    ['maxValues', 9, 'maxValues is 9; it must be an integer from 10 to 10000.'],
    ['maxTextLength', 1.5, 'maxTextLength is 1.5; it must be an integer from 100 to 1000000.'],
    ['redact', { keys: 'password' }, 'redact must be false, a list of key names, or { keys, censor }.'],
    [
      'destination',
      'elsewhere',
      "destination must be 'stdout', 'stderr', { file: path } or an object with write(line).",
    ],
    [
      'destination',
      { file: '' },
      "destination must be 'stdout', 'stderr', { file: path } or an object with write(line).",
    ],
  ])('refuse %s = %j with the range', (name, value, message) => {
    expect(() => createLogger({ [name]: value } as LoggerOptions)).toThrow(
      expect.objectContaining({
        name: 'LoggingOptionError',
        code: 'ERR_LOGGING_OPTION',
        message: `createLogger: ${message}`,
      }),
    );
  });

  it('refuse an unusable LOG_LEVEL by its name', () => {
    expect(() => resolveOptions({}, { LOG_LEVEL: 'verbose' })).toThrow(
      'createLogger: LOG_LEVEL is "verbose"',
    );
  });
});
