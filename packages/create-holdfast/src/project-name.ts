import validateName from 'validate-npm-package-name';
import { ProjectNameError } from './errors.ts';

/** The longest name that leaves room for what manifests add to it, such as `-secrets`: a DNS label has 63. */
const LONGEST_SERVICE_NAME = 50;

/** @throws ProjectNameError when npm would not take `name` for a new package; the message says why */
export function checkProjectName(name: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validateName(name);
  if (validForNewPackages) return;
  const proposal = serviceNameOf(name);
  const isUsable = proposal !== name && validateName(proposal).validForNewPackages;
  throw new ProjectNameError(
    `npm would refuse the name '${name}': ${[...errors, ...warnings].join('; ')}. ${
      isUsable ? `Take ${proposal}, for example.` : 'Take another one.'
    }`,
  );
}

/** What the service calls itself in logs, metrics, images and manifests: a DNS label made of the project's name. */
export function serviceNameOf(projectName: string): string {
  const label = projectName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const named = /^[a-z]/.test(label) ? label : `service-${label}`;
  return named.slice(0, LONGEST_SERVICE_NAME).replace(/-+$/, '');
}
