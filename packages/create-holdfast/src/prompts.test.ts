import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CancelledError } from './errors.ts';
import { createPrompts } from './prompts.ts';

const templates = [
  { name: 'webhook-payments', summary: 'webhooks', script: 'dev' as const },
  { name: 'orders-api', summary: 'orders', script: 'start' as const },
];

function terminal(...typed: string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  for (const text of typed) input.write(text);
  return { input, output, prompts: createPrompts(input, output) };
}

describe('the prompts', () => {
  it('take what is typed, and the default for Enter alone', async () => {
    expect(await terminal(' shop \n').prompts.folder()).toBe('shop');
    expect(await terminal('\n').prompts.folder()).toBe('my-service');
  });

  it('take a template by its number or its name', async () => {
    expect(await terminal('2\n').prompts.template(templates)).toBe('orders-api');
    expect(await terminal('orders-api\n').prompts.template(templates)).toBe('orders-api');
    const { output, prompts } = terminal('\n');
    expect(await prompts.template(templates)).toBe('webhook-payments');
    expect(String(output.read())).toContain('  2  orders-api: orders\n');
  });

  it('stop when the input ends', async () => {
    const { input, prompts } = terminal();
    const answer = prompts.folder();
    input.end();
    await expect(answer).rejects.toThrow(CancelledError);
  });
});
