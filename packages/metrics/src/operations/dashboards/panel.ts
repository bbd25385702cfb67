/** The part of Grafana's dashboard model that is used here. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */

export type DatasourceKind = 'prometheus' | 'loki' | 'tempo';

/** One query of a panel. */
export interface Target {
  readonly refId: string;
  readonly datasource: Datasource;
  readonly expr?: string;
  readonly query?: string;
  readonly queryType?: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
}

/** Where a panel gets its data from. */
export interface Datasource {
  readonly type: DatasourceKind;
  readonly uid: string;
}

/** Place and size of a panel, in Grafana's grid of 24 columns. */
export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** One panel of a dashboard. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: Datasource;
  readonly gridPos: GridPosition;
  readonly targets: readonly Target[];
  readonly fieldConfig: object;
  readonly options: object;
}

/** A panel before it has a place. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows, and when to look closer. */
  readonly description: string;
  /** Legend and query of each line. */
  readonly queries: readonly (readonly [legend: string, query: string])[];
  /** Grafana's name of the unit: `ms`, `s`, `reqps`, `percentunit`, `bytes`. Default `short`. */
  readonly unit?: string;
  /** Default `timeseries`. */
  readonly type?: 'timeseries' | 'stat' | 'table' | 'logs' | 'traces' | 'state-timeline';
  readonly datasource?: DatasourceKind;
  /** Of 24 columns. Default 12. */
  readonly width?: number;
  /** Colours from these values up; the first is the base. */
  readonly thresholds?: readonly (readonly [color: string, from: number | null])[];
  readonly mappings?: readonly object[];
}

const COLUMNS = 24;
const HEIGHT = 8;
/** Half of the width: two side by side. */
const DEFAULT_WIDTH = 12;

export function datasource(kind: DatasourceKind): Datasource {
  return { type: kind, uid: `\${${kind}}` };
}

/** Puts panels side by side, from left to right, in as many rows as they take. */
export function layOut(specs: readonly PanelSpec[]): readonly Panel[] {
  let x = 0;
  let y = 0;
  return specs.map((spec, index) => {
    const w = spec.width ?? DEFAULT_WIDTH;
    if (x + w > COLUMNS) {
      x = 0;
      y += HEIGHT;
    }
    const panel = toPanel(spec, index + 1, { x, y, w, h: HEIGHT });
    x += w;
    return panel;
  });
}

function toPanel(spec: PanelSpec, id: number, gridPos: GridPosition): Panel {
  const { title, description, type = 'timeseries', datasource: kind = 'prometheus', queries } = spec;
  return {
    id,
    type,
    title,
    description,
    datasource: datasource(kind),
    gridPos,
    targets: queries.map(([legend, query], i) => toTarget(spec, kind, legend, query, i)),
    fieldConfig: { defaults: fieldDefaults(spec), overrides: [] },
    options: type === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' } } : {},
  };
}

function toTarget(
  spec: PanelSpec,
  kind: DatasourceKind,
  legend: string,
  query: string,
  index: number,
): Target {
  const refId = String.fromCharCode(65 + index);
  const base = { refId, datasource: datasource(kind) };
  if (kind === 'tempo') return { ...base, query, queryType: 'traceql' };
  const isInstant = spec.type === 'table' || spec.type === 'stat';
  return { ...base, expr: query, legendFormat: legend, instant: isInstant, range: !isInstant };
}

function fieldDefaults({ unit = 'short', thresholds, mappings }: PanelSpec): object {
  return {
    unit,
    ...(mappings && { mappings }),
    ...(thresholds && {
      thresholds: { mode: 'absolute', steps: thresholds.map(([color, value]) => ({ color, value })) },
    }),
  };
}
