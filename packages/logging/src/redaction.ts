/** Which keys and which parts of a text are never written. */

/** Compared without case and separators, at the end of a key: `X-Api-Key`, `clientSecret`, `refresh_token`. */
const SECRET_ENDINGS = [
  'authorization',
  'cookie',
  'cookies',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'secrets',
  'token',
  'apikey',
  'privatekey',
  'signature',
  'signature256',
  'rawheaders',
];

/** Bounds what attacker-chosen keys can make us remember. */
const REMEMBERED_KEYS = 2000;

export interface Redaction {
  readonly censor: string;
  isSecretKey(key: string): boolean;
  /** The text without credentials in URLs, secret query parameters and bearer tokens. */
  cleanText(text: string): string;
}

export const NO_REDACTION: Redaction = { censor: '', isSecretKey: () => false, cleanText: (text) => text };

export function createRedaction(extraKeys: readonly string[], censor: string): Redaction {
  const endings = SECRET_ENDINGS;
  const exact = new Set(extraKeys.map(plainKey));
  const known = new Map<string, boolean>();
  const decide = (key: string) => {
    const plain = plainKey(key);
    return exact.has(plain) || endings.some((ending) => plain.endsWith(ending));
  };
  return {
    censor,
    isSecretKey(key) {
      const remembered = known.get(key);
      if (remembered !== undefined) return remembered;
      const secret = decide(key);
      if (known.size < REMEMBERED_KEYS) known.set(key, secret);
      return secret;
    },
    cleanText: (text) => cleanText(text, censor),
  };
}

function plainKey(key: string): string {
  return key.replace(/[-_.\s]/g, '').toLowerCase();
}

const MAY_HOLD_CREDENTIALS = /[?&@]|bearer|basic/i;
const URL_CREDENTIALS = /:\/\/[^\s/?#@"']{1,512}@/g;
const QUERY_SECRET =
  /([?&][^=&?\s"'#]{0,64}(?:password|secret|token|api[-_]?key|signature|credential)[^=&?\s"'#]{0,64}=)[^&\s"'#]+/gi;
const AUTH_SCHEME = /\b(bearer|basic) +[\w.~+/=-]{6,}/gi;

function cleanText(text: string, censor: string): string {
  if (!MAY_HOLD_CREDENTIALS.test(text)) return text;
  return text
    .replace(URL_CREDENTIALS, () => `://${censor}@`)
    .replace(QUERY_SECRET, (_match, start: string) => start + censor)
    .replace(AUTH_SCHEME, (_match, scheme: string) => `${scheme} ${censor}`);
}
