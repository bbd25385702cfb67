import { describe, expect, it } from 'vitest';
import { createHostAllowList } from './host-allow-list.ts';

const list = createHostAllowList(['API.internal', '.svc.local', '127.0.0.1', '[::1]', 'bücher.example']);

describe('createHostAllowList', () => {
  it.each([
    'api.internal',
    'API.INTERNAL',
    'api.internal:8080',
    'api.internal.',
    'a.svc.local',
    'a.b.svc.local',
    '127.0.0.1:5000',
    '[::1]:80',
    '[0:0:0:0:0:0:0:1]',
    'xn--bcher-kva.example',
    'bücher.example',
  ])('includes %s', (host) => {
    expect(list.includes(host)).toBe(true);
    expect(list.includes(new URL(`http://${host}/path?query`))).toBe(true);
  });

  it.each([
    'internal',
    'xapi.internal',
    'api.internal.example.com',
    'svc.local',
    'xsvc.local',
    '127.0.0.2',
    '[::2]',
  ])('does not include %s', (host) => {
    expect(list.includes(host)).toBe(false);
    expect(list.includes(new URL(`http://${host}/`))).toBe(false);
  });

  it('is not taken in by a user name, a path or a query', () => {
    expect(list.includes(new URL('http://api.internal@example.com/'))).toBe(false);
    expect(list.includes(new URL('http://example.com/api.internal?x=.svc.local#127.0.0.1'))).toBe(false);
  });

  it.each([
    '',
    'api.internal@example.com',
    'example.com/api.internal',
    'example.com#api.internal',
    'example.com?a.svc.local',
    'example.com\\api.internal',
    'api.internal b',
    'api.internal:99999',
    ':80',
    '.svc.local\r\n',
  ])('takes %j for no host', (host) => {
    expect(list.includes(host)).toBe(false);
  });

  it.each(['', 'http://api.internal', 'api.internal:80', 'a/b', 'a b', 'user@host', '.', '..', '.1'])(
    'refuses %j as a member',
    (host) => {
      expect(() => createHostAllowList([host])).toThrow(
        expect.objectContaining({ code: 'ERR_CONTEXT_OPTION' }),
      );
    },
  );

  it('says what a member must be', () => {
    expect(() => createHostAllowList(['http://a'])).toThrow(
      'trustedHosts holds "http://a"; it must be a host name without scheme, port or path, such as api.internal or .internal.',
    );
  });
});
