import { type DatasourceKind, layOut, type Panel, type PanelSpec } from './panel.ts';

/** A Grafana dashboard, as it is imported or provisioned. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

/** What the reader chooses at the top of the dashboard. */
export interface Variable {
  readonly name: string;
  readonly type: 'datasource' | 'query' | 'textbox';
  readonly [field: string]: unknown;
}

export interface DashboardSpec {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly PanelSpec[];
  readonly variables: readonly Variable[];
}

/** Grafana 10 and later read it; older ones import it with what they know of it. */
const SCHEMA_VERSION = 39;

export function toDashboard({ name, title, description, panels, variables }: DashboardSpec): Dashboard {
  return {
    uid: `holdfast-${name}`,
    title: `Holdfast / ${title}`,
    description,
    tags: ['holdfast'],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: variables },
    panels: layOut(panels),
  };
}

export function datasourceVariable(kind: DatasourceKind): Variable {
  return { name: kind, type: 'datasource', query: kind, label: kind, hide: 0, refresh: 1 };
}

/** Several may be chosen, or all. */
export function labelVariable(name: string, query: string): Variable {
  return {
    name,
    type: 'query',
    label: name,
    datasource: { type: 'prometheus', uid: `\${prometheus}` },
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    includeAll: true,
    multi: true,
    allValue: '.+',
    current: { text: ['All'], value: ['$__all'] },
  };
}

export function textVariable(name: string, label: string): Variable {
  return { name, type: 'textbox', label, query: '', current: { text: '', value: '' } };
}

/** The service, then its instances: what every dashboard over Prometheus is narrowed by. */
export function serviceVariables(): readonly Variable[] {
  return [
    datasourceVariable('prometheus'),
    labelVariable('service', 'label_values(http_connections_active, service)'),
    labelVariable('instance', 'label_values(http_connections_active{service=~"$service"}, instance)'),
  ];
}

/** What the service variables choose, for a metric that has the label `service`. */
export const CHOSEN = 'service=~"$service", instance=~"$instance"';
/** The same for a metric about the process, which has none. */
export const CHOSEN_PROCESS = 'instance=~"$instance"';
