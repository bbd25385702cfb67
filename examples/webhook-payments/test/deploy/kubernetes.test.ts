import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIFECYCLE_DEFAULTS } from '@holdfast/lifecycle';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { DaemonSet, Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, PersistentVolumeClaim, Secret, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { at, deployFolder, type Manifest, readManifests } from './manifests.ts';

type Model = new (data: never) => { validate(): void };

const MODELS: Readonly<Record<string, { readonly model: Model; readonly module: string }>> = {
  'v1 ConfigMap': { model: ConfigMap, module: 'kubernetes-models/v1' },
  'v1 PersistentVolumeClaim': { model: PersistentVolumeClaim, module: 'kubernetes-models/v1' },
  'v1 Secret': { model: Secret, module: 'kubernetes-models/v1' },
  'v1 Service': { model: Service, module: 'kubernetes-models/v1' },
  'apps/v1 DaemonSet': { model: DaemonSet, module: 'kubernetes-models/apps/v1' },
  'apps/v1 Deployment': { model: Deployment, module: 'kubernetes-models/apps/v1' },
  'apps/v1 StatefulSet': { model: StatefulSet, module: 'kubernetes-models/apps/v1' },
  'policy/v1 PodDisruptionBudget': { model: PodDisruptionBudget, module: 'kubernetes-models/policy/v1' },
  'keda.sh/v1alpha1 ScaledObject': {
    model: ScaledObject,
    module: '@kubernetes-models/keda/keda.sh/v1alpha1',
  },
  'monitoring.coreos.com/v1 ServiceMonitor': {
    model: ServiceMonitor,
    module: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  },
};

const manifests = readManifests();

function find(kind: string, file?: string): Manifest {
  const found = manifests.find((one) => one.kind === kind && (file === undefined || one.file === file));
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

const deployment = find('Deployment');
const statefulSet = find('StatefulSet');
const scaledObject = find('ScaledObject');
const ofService = [deployment, statefulSet];
const podOf = (manifest: Manifest) => at(manifest.content, 'spec', 'template', 'spec');
const containerOf = (manifest: Manifest) => at(podOf(manifest), 'containers', 0);

function validate({ apiVersion, kind }: Manifest, content: Record<string, unknown>): void {
  const known = MODELS[`${apiVersion} ${kind}`];
  if (known === undefined) throw new Error(`there is no schema for ${apiVersion} ${kind}`);
  new known.model(content as never).validate();
}

/** The schemas of Kubernetes take unknown fields, as `kubectl` does with a warning; its types do not. */
function misspelled(checked: readonly Manifest[]): string {
  const lines = checked.map(({ apiVersion, kind, content }, n) => {
    const { module = '' } = MODELS[`${apiVersion} ${kind}`] ?? {};
    return `import type { I${kind} as Type${n} } from '${module}';\nexport const manifest${n}: Type${n} = ${JSON.stringify(content)};`;
  });
  const folder = mkdtempSync(join(deployFolder, '..', '.types-'));
  const file = join(folder, 'manifests.ts');
  writeFileSync(file, lines.join('\n'));
  const flags = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--pretty',
    'false',
  ];
  const { stdout } = spawnSync('tsc', [...flags, file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return stdout;
}

describe('the manifests', () => {
  it.each(manifests.map((one) => [`${one.file} ${one.kind}`, one] as const))(
    '%s keeps its schema',
    (_, manifest) => {
      expect(() => validate(manifest, manifest.content)).not.toThrow();
    },
  );

  it('are all there', () => {
    expect([...new Set(manifests.map(({ kind }) => kind))].sort()).toEqual([
      'ConfigMap',
      'DaemonSet',
      'Deployment',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'ScaledObject',
      'Secret',
      'Service',
      'ServiceMonitor',
      'StatefulSet',
    ]);
  });

  it('have no field that Kubernetes does not know, and the check would find one', () => {
    expect(misspelled(manifests)).toBe('');
    const text = JSON.stringify(statefulSet.content).replace(
      'readOnlyRootFilesystem',
      'readOnlyRootFileSystem',
    );
    const wrong = { ...statefulSet, content: JSON.parse(text) as Record<string, unknown> };
    expect(misspelled([wrong])).toContain('readOnlyRootFileSystem');
    expect(() => validate(wrong, { ...wrong.content, spec: { serviceName: 7 } })).toThrow('spec');
  });

  it('pin every image to a version', () => {
    const images = JSON.stringify(manifests.map(({ content }) => content)).match(/"image":"[^"]+"/g) ?? [];
    expect(images.length).toBe(3);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+"$/);
  });
});

describe.each(ofService.map((one) => [one.kind, one] as const))('the pods of the %s', (_, manifest) => {
  it('run without root, privileges, capabilities and a writable root', () => {
    expect(at(podOf(manifest), 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(containerOf(manifest), 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(podOf(manifest), 'automountServiceAccountToken')).toBe(false);
  });

  it('have the three probes, and liveness asks no dependency', () => {
    const path = (probe: string) => at(containerOf(manifest), probe, 'httpGet', 'path');
    expect(['startupProbe', 'readinessProbe', 'livenessProbe'].map(path)).toEqual([
      '/health/startup',
      '/health/ready',
      '/health/live',
    ]);
  });

  it('take requests until the balancer has noticed, and end before they are killed', () => {
    const delayMs = Number(at(find('ConfigMap', 'common/config.yaml').content, 'data', 'SHUTDOWN_DELAY_MS'));
    const probe = at(containerOf(manifest), 'readinessProbe');
    const noticedMs =
      1000 *
      (Number(at(probe, 'periodSeconds')) * Number(at(probe, 'failureThreshold')) +
        Number(at(probe, 'timeoutSeconds')));
    expect(delayMs).toBeGreaterThan(noticedMs);
    const graceMs = 1000 * Number(at(podOf(manifest), 'terminationGracePeriodSeconds'));
    expect(graceMs).toBeGreaterThan(LIFECYCLE_DEFAULTS.timeoutMs + LIFECYCLE_DEFAULTS.exitGraceMs);
  });

  it('keep their data on a volume that outlives them and that one pod at a time may write', () => {
    expect(at(containerOf(manifest), 'volumeMounts', 0)).toEqual({ name: 'data', mountPath: '/data' });
    const claim =
      manifest === deployment
        ? find('PersistentVolumeClaim').content
        : at(statefulSet.content, 'spec', 'volumeClaimTemplates', 0);
    expect(at(claim, 'spec', 'accessModes')).toEqual(['ReadWriteOncePod']);
  });

  it('are those that services, monitor and budget mean', () => {
    const labels = at(manifest.content, 'spec', 'template', 'metadata', 'labels');
    expect(at(manifest.content, 'spec', 'selector', 'matchLabels')).toEqual(labels);
    for (const one of manifests.filter(({ kind }) => kind === 'Service')) {
      expect(at(one.content, 'spec', 'selector')).toEqual(labels);
      expect(at(one.content, 'spec', 'ports', 0, 'targetPort')).toBe(
        at(containerOf(manifest), 'ports', 0, 'name'),
      );
    }
    expect(at(find('PodDisruptionBudget').content, 'spec', 'selector', 'matchLabels')).toEqual(labels);
  });

  it('get settings with which the service starts', () => {
    expect(() => readConfig(environmentOf(manifest))).not.toThrow();
  });

  it('get no setting that is not documented', () => {
    const documented = readFileSync(join(deployFolder, '..', '.env.example'), 'utf8');
    for (const name of Object.keys(environmentOf(manifest))) {
      expect(documented).toMatch(new RegExp(`^#?${name}=`, 'm'));
    }
  });
});

/** What Kubernetes would put into the environment of the container. */
function environmentOf(manifest: Manifest): Record<string, string> {
  const config = at(find('ConfigMap', 'common/config.yaml').content, 'data') as Record<string, string>;
  const secret = at(find('Secret').content, 'stringData') as Record<string, string>;
  const from = JSON.stringify(at(containerOf(manifest), 'envFrom'));
  const env = at(containerOf(manifest), 'env') as { name: string; value?: string; valueFrom?: unknown }[];
  const single = env.map(({ name, value, valueFrom }) => {
    const key = at(valueFrom, 'secretKeyRef', 'key');
    return [name, value ?? secret[String(key)] ?? ''];
  });
  return {
    ...(from.includes('configMapRef') && config),
    ...(from.includes('secretRef') && secret),
    ...Object.fromEntries(single),
  };
}

describe('one machine', () => {
  it('is one instance on files, whose old pod ends before the new one begins', () => {
    expect(at(deployment.content, 'spec', 'replicas')).toBe(1);
    expect(at(deployment.content, 'spec', 'strategy')).toEqual({ type: 'Recreate' });
    expect(readConfig(environmentOf(deployment))).toMatchObject({
      replicas: 1,
      databaseUrl: undefined,
      redisUrl: undefined,
      dataFolder: '/data',
    });
  });
});

describe('the fleet', () => {
  it('says to each instance how many may run, so that it refuses files', () => {
    const env = environmentOf(statefulSet);
    expect(Number(env['REPLICAS'])).toBe(at(scaledObject.content, 'spec', 'maxReplicaCount'));
    expect(() => readConfig({ ...env, DATABASE_URL: undefined })).toThrow('REPLICAS is 6');
  });

  it('keeps the volume of a pod that is scaled in', () => {
    expect(at(statefulSet.content, 'spec', 'persistentVolumeClaimRetentionPolicy')).toEqual({
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
  });

  it('scales the StatefulSet on the lag of the queue, and not at all while the lag is unknown', () => {
    expect(at(scaledObject.content, 'spec', 'scaleTargetRef')).toMatchObject({
      kind: 'StatefulSet',
      name: statefulSet.metadata.name,
    });
    const triggers = at(scaledObject.content, 'spec', 'triggers') as { metadata: Record<string, string> }[];
    expect(triggers.map(({ metadata }) => metadata['ignoreNullValues'])).toEqual(['false', 'false']);
    expect(triggers.map(({ metadata }) => /(queue_\w+)\{/.exec(metadata['query'] ?? '')?.[1])).toEqual([
      'queue_depth',
      'queue_oldest_job_age_ms',
    ]);
  });

  it('is scraped once, with the key and under its own service label', () => {
    const monitor = find('ServiceMonitor').content;
    const wanted = at(monitor, 'spec', 'selector', 'matchLabels');
    const scraped = manifests.filter(
      ({ kind, metadata }) =>
        kind === 'Service' && JSON.stringify(metadata.labels) === JSON.stringify(wanted),
    );
    expect(scraped.map(({ metadata }) => metadata.name)).toEqual(['webhook-payments']);
    expect(at(monitor, 'spec', 'endpoints', 0)).toMatchObject({
      port: at(scraped[0]?.content, 'spec', 'ports', 0, 'name'),
      path: '/metrics',
      honorLabels: true,
      authorization: {
        type: 'Bearer',
        credentials: { name: 'webhook-payments-secrets', key: 'METRICS_API_KEY' },
      },
    });
  });
});
