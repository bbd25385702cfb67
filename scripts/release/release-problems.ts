/** The package.json inside a tarball, as npm will show it. */
export interface PackedManifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly private?: boolean;
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
  readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * What npm would refuse, or a reader would miss: one line each.
 * @param directory of the package in the repository
 * @see https://docs.npmjs.com/generating-provenance-statements
 */
export function releaseProblems(manifest: PackedManifest, directory: string): string[] {
  const { publishConfig, dependencies, peerDependencies } = manifest;
  const problems = Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, range]) => /^(?:workspace|catalog|file|link):/.test(range))
    .map(([name, range]) => `depends on ${name} at ${range}, which npm does not know`);
  const must = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  must(manifest.private !== true, 'is private');
  must(publishConfig?.access === 'public', 'publishConfig.access is not public');
  must(publishConfig?.provenance === true, 'publishConfig.provenance is not true');
  must(manifest.license === 'MIT', 'license is not MIT');
  must((manifest.description ?? '').length >= 40, 'has no description of 40 characters');
  must((manifest.keywords ?? []).length >= 3, 'has less than three keywords');
  must(manifest.engines?.node !== undefined, 'engines.node is missing');
  must((manifest.files ?? []).length > 0, 'files is missing');
  return [...problems, ...originProblems(manifest, directory)];
}

function originProblems({ repository }: PackedManifest, directory: string): string[] {
  // Not set yet: said once for all packages, by whoever asks.
  if (repository === undefined) return [];
  const { type, url = '', directory: named } = repository;
  const problems: string[] = [];
  if (type !== 'git' || !/^git\+https:\/\/github\.com\/[\w.-]+\/[\w.-]+\.git$/.test(url))
    problems.push(`repository is ${type} ${url}, not git git+https://github.com/OWNER/NAME.git`);
  if (named !== directory) problems.push(`repository.directory is ${named}, not ${directory}`);
  return problems;
}
