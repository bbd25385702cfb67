import { describe, expect, it } from 'vitest';
import { exportHeaders } from './export-headers.ts';

describe('the headers of an export', () => {
  it('come from the option, else from the variables, the one for traces winning', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a,x-team=core',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20b',
    };
    expect(exportHeaders({ 'x-key': 'ä\t1' }, env)).toEqual({ 'x-key': 'ä\t1' });
    expect(exportHeaders(undefined, env)).toEqual({ authorization: 'Bearer b', 'x-team': 'core' });
  });

  it.each([
    ['a line break in a value', { authorization: 'Bearer s3cret\nx' }],
    ['a value beyond Latin-1', { authorization: 's3cret €' }],
    ['a value that is no text', { authorization: 7 as unknown as string }],
    ['a name with a space', { 'Bearer s3cret': 'x' }],
    ['no name', { '': 's3cret' }],
  ])('refuse %s at construction, and keep it to themselves', (_what, headers) => {
    const refused = () => exportHeaders(headers, {});
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_TRACING_OPTION', option: 'headers' }));
    expect(refused).toThrow(/^headers: (?!.*s3cret)/s);
  });

  it('name the variable that is wrong', () => {
    expect(() => exportHeaders(undefined, { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=a%0Ab' })).toThrow(
      'OTEL_EXPORTER_OTLP_HEADERS: has a value for "authorization" that no header can have; it must be a text without line breaks and control characters.',
    );
  });
});
