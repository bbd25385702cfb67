import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProjectNameError } from './errors.ts';
import { checkProjectName, serviceNameOf } from './project-name.ts';

describe('checkProjectName', () => {
  it.each(['my-service', 'orders2', 'a.b_c'])('takes %s', (name) => {
    expect(() => checkProjectName(name)).not.toThrow();
  });

  it.each([
    [
      'My Service',
      "npm would refuse the name 'My Service': name can only contain URL-friendly characters; name can no longer contain capital letters. Take my-service, for example.",
    ],
    [
      '.hidden',
      "npm would refuse the name '.hidden': name cannot start with a period. Take hidden, for example.",
    ],
    ['http', "npm would refuse the name 'http': http is a core module name. Take another one."],
    [
      'node_modules',
      "npm would refuse the name 'node_modules': node_modules is not a valid package name. Take node-modules, for example.",
    ],
  ])('refuses %s as npm would, and says why', (name, message) => {
    expect(() => checkProjectName(name)).toThrow(new ProjectNameError(message));
  });
});

describe('serviceNameOf', () => {
  it.each([
    ['my-service', 'my-service'],
    ['a.b_c', 'a-b-c'],
    ['2nd-shop', 'service-2nd-shop'],
    ['x'.repeat(80), 'x'.repeat(50)],
  ])('makes of %s a name for images and manifests: %s', (name, serviceName) => {
    expect(serviceNameOf(name)).toBe(serviceName);
  });

  it('is a DNS label whatever the name is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(serviceNameOf(name)).toMatch(/^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/);
      }),
    );
  });
});
