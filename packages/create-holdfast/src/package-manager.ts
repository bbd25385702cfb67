/** How the package manager that runs us is spoken to. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  readonly install: readonly string[];
  /** How a script of package.json is run: `npm run dev`. */
  readonly run: (script: string) => string;
  /** Files that only this one needs, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** What stands in the Dockerfile for npm's own lines. */
  readonly docker: DockerLines;
}

export interface DockerLines {
  /** Manifest and lock file, before the sources: a layer that only they change. */
  readonly copy: string;
  readonly install: string;
}

/** Scripts that are commands of npm as well. */
const NPM_COMMANDS: readonly string[] = ['start', 'test'];

const NPM: PackageManager = {
  name: 'npm',
  install: ['npm', 'install', '--no-audit', '--no-fund'],
  run: (script) => (NPM_COMMANDS.includes(script) ? `npm ${script}` : `npm run ${script}`),
  files: {},
  docker: {
    copy: 'COPY package.json package-lock.json ./',
    install: 'RUN npm ci --omit=dev --ignore-scripts',
  },
};

const PNPM: PackageManager = {
  name: 'pnpm',
  install: ['pnpm', 'install'],
  run: (script) => `pnpm ${script}`,
  files: {
    // pnpm asks about each: they bring what they would build.
    'pnpm-workspace.yaml':
      'allowBuilds:\n  better-sqlite3: false\n  msgpackr-extract: false\n  protobufjs: false\n',
  },
  docker: {
    copy: 'COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./',
    install: 'RUN npx -y pnpm install --prod --frozen-lockfile --ignore-scripts',
  },
};

const YARN_1: PackageManager = {
  name: 'yarn',
  install: ['yarn', 'install'],
  run: (script) => `yarn ${script}`,
  files: {},
  docker: {
    copy: 'COPY package.json yarn.lock ./',
    install: 'RUN npx -y yarn@1 install --production --frozen-lockfile --ignore-scripts',
  },
};

const YARN: PackageManager = {
  ...YARN_1,
  files: {
    '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: false\n',
    // Without one of its own a project inside another folder with a package.json is taken for a part of that.
    'yarn.lock': '',
  },
  docker: {
    copy: 'COPY package.json yarn.lock .yarnrc.yml ./',
    install: 'RUN npx -y -p @yarnpkg/cli-dist yarn workspaces focus --production',
  },
};

/** The lines of the templates' Dockerfiles. */
export const DOCKER_LINES: DockerLines = NPM.docker;

/**
 * @param userAgent `npm_config_user_agent`, which npm, pnpm and yarn set: `pnpm/10.2.0 npm/? node/v24.1.0 linux x64`
 * @returns npm where it is not set or names another one
 */
export function packageManagerOf(userAgent: string | undefined): PackageManager {
  const [, name, major] = /^(npm|pnpm|yarn)\/(\d+)/.exec(userAgent ?? '') ?? [];
  if (name === 'pnpm') return PNPM;
  if (name === 'yarn') return Number(major) < 2 ? YARN_1 : YARN;
  return NPM;
}
