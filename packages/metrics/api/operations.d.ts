// operations/index.d.ts
export { renderRules } from './alerts/render-rules.ts';
export type { AlertRule, RecordingRule, RuleFile, RuleGroup } from './alerts/rule.ts';
export { createAlertRules } from './alerts/rules.ts';
export type { Dashboard, Variable } from './dashboards/dashboard.ts';
export { createDashboards } from './dashboards/dashboards.ts';
export type { Datasource, DatasourceKind, GridPosition, Panel, Target } from './dashboards/panel.ts';
export { type BurnWindow, OPERATIONS_DEFAULTS, type OperationsOptions, type ResolvedOperationsOptions, type Severity, } from './options.ts';

// operations/alerts/render-rules.d.ts
import type { RuleFile } from './rule.ts';
/** The rule file as YAML. A JSON string is a YAML string too, so every value is quoted that way. */
export declare function renderRules({ groups }: RuleFile): string;

// operations/alerts/rule.d.ts
import type { Severity } from '../options.ts';
/** A recording rule of Prometheus. */
export interface RecordingRule {
    readonly record: string;
    readonly expr: string;
}
/** An alerting rule of Prometheus. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    /** As Prometheus writes it; absent fires at once. */
    readonly for?: string;
    readonly labels: Readonly<{
        severity: Severity;
    } & Record<string, string>>;
    readonly annotations: Readonly<{
        summary: string;
        description: string;
        runbook_url: string;
    }>;
}
/** Rules that are evaluated together. */
export interface RuleGroup {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly (RecordingRule | AlertRule)[];
}
/** What a Prometheus rule file holds. */
export interface RuleFile {
    readonly groups: readonly RuleGroup[];
}
/** The heading of each alert in the runbook is its name, in small letters in a link. */
export declare function runbookLink(runbookUrl: string, alert: string): string;

// operations/options.d.ts
import { type DurationUnit, type StateEncoding } from '../options.ts';
/** `page` wakes somebody; `ticket` waits for the next working day. */
export type Severity = 'page' | 'ticket';
/**
 * A pair of windows: the alert fires while the error budget burns `burnRate` times too fast in both of them. The long
 * one makes it significant, the short one ends it soon after the trouble has ended.
 */
export interface BurnWindow {
    readonly longMs: number;
    readonly shortMs: number;
    readonly burnRate: number;
    readonly severity: Severity;
}
export interface OperationsOptions {
    /** What `createMetrics()` is given. Default `'fractional'`. */
    stateEncoding?: StateEncoding;
    /** What `createMetrics()` is given. Default `'ms'`. */
    durationUnit?: DurationUnit;
    /** What `createMetrics()` is given. */
    durationBucketsMs?: readonly number[];
    /** Part of the requests that must not end in a 5xx, over 0 and under 1. Default 0.999. */
    availabilityRatio?: number;
    /** Part of the requests, those with a 5xx left out, that must be answered within `latencyMs`. Default 0.99. */
    latencyRatio?: number;
    /** One of `durationBucketsMs`: nothing in between can be told from a histogram. Default 500. */
    latencyMs?: number;
    /** Default those of the SRE workbook for a budget of 30 days. */
    burnWindows?: readonly BurnWindow[];
    /** How long a circuit is not closed before somebody is told, ms, 0 or more. Default 60,000. */
    circuitOpenForMs?: number;
    /** The time within which one more dead letter is growth, ms. Default 600,000. */
    deadLettersWindowMs?: number;
    /** The oldest job that is due may wait so long, ms. Default 60,000. */
    queueLagMs?: number;
    /** How long it must be so, ms. Default 300,000. */
    queueLagForMs?: number;
    /** The time within which a spool must have shrunk, ms. Default 300,000. */
    spoolWindowMs?: number;
    /** Longest delay of the event loop between two scrapes, ms. Default 100. */
    eventLoopLagMs?: number;
    /** How long it must be so, ms. Default 120,000. */
    eventLoopLagForMs?: number;
    /** How long nothing is heard of a service before somebody is told, ms. Default 300,000. */
    goneAfterMs?: number;
    /** For how long a service that is gone is missed, ms. Default 86,400,000, a day. */
    goneMemoryMs?: number;
    /** The group's evaluation interval, ms; undefined takes that of the server. */
    evaluationIntervalMs?: number;
    /** Where the runbook is read; `#` and the name of the alert are put behind it. Default `docs/operations/runbook.md`. */
    runbookUrl?: string;
    /** The label that tells one service's log stream from another in Loki. Default `app`. */
    logStreamLabel?: string;
}
export type ResolvedOperationsOptions = Readonly<Required<Omit<OperationsOptions, 'evaluationIntervalMs'>> & {
    evaluationIntervalMs: number | undefined;
}>;
/** Every default of dashboards and alerts. Durations in ms. */
export declare const OPERATIONS_DEFAULTS: ResolvedOperationsOptions;
/** @throws MetricsOptionError naming the option, its value and its range */
export declare function resolveOperationsOptions(options: OperationsOptions): ResolvedOperationsOptions;

// options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
/** `fractional`: 0 closed, 0.5 half-open, 1 open. `ordinal`: 0, 1, 2. */
export type StateEncoding = 'fractional' | 'ordinal';
/** Unit, and so the name, of duration histograms: `..._ms` or `..._seconds`. */
export type DurationUnit = 'ms' | 's';
export interface MetricsOptions {
    /** Value of the label `service`. Default `OTEL_SERVICE_NAME`, or `unknown_service` without it. */
    serviceName?: string;
    /** A prom-client registry to register in, for example the application's own. Default a new one. */
    registry?: Registry;
    /** @default 'fractional' */
    stateEncoding?: StateEncoding;
    /** @default 'ms' */
    durationUnit?: DurationUnit;
    /**
     * Upper bounds of duration histograms in ms, ascending, 1 to 100 of them, whatever the unit they are shown in.
     * @default [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]
     */
    durationBucketsMs?: readonly number[];
    /** Label sets that one metric may have, 1 to 100,000; the rest is counted under `other`. Default 1000. */
    maxSeriesPerMetric?: number;
    /** How long a scrape waits for those who answer later, in ms, 1 to 60,000. Default 2000. */
    collectTimeoutMs?: number;
    /** Whether memory, CPU, event loop and prom-client's default metrics are collected. Default true. */
    processMetrics?: boolean;
    /** Time and timers. Default the system's. */
    clock?: Clock;
}
export interface MetricsDefaults {
    readonly serviceName: string;
    readonly stateEncoding: StateEncoding;
    readonly durationUnit: DurationUnit;
    readonly durationBucketsMs: readonly number[];
    readonly maxSeriesPerMetric: number;
    readonly collectTimeoutMs: number;
    readonly processMetrics: boolean;
    readonly maxRoutes: number;
}
/** Every default of `createMetrics`. Durations in ms. */
export declare const METRICS_DEFAULTS: MetricsDefaults;
export interface ResolvedMetricsOptions extends Omit<MetricsDefaults, 'maxRoutes' | 'serviceName'> {
    readonly service: string;
    readonly registry: Registry | undefined;
    readonly clock: Clock;
}
/** @throws MetricsOptionError naming the option, its value and its range */
export declare function resolveMetricsOptions(options: MetricsOptions): ResolvedMetricsOptions;
export declare function checkInteger(where: string, option: string, value: number, least: number, most: number): void;
export declare function checkOneOf(where: string, option: string, value: string, allowed: readonly string[]): void;
export declare function checkBuckets(where: string, option: string, bounds: readonly number[]): void;

// operations/alerts/rules.d.ts
import { type OperationsOptions } from '../options.ts';
import type { RuleFile } from './rule.ts';
/**
 * Recording and alerting rules for the metrics that `createMetrics()` makes with the same options.
 * @throws MetricsOptionError
 */
export declare function createAlertRules(options?: OperationsOptions): RuleFile;

// operations/dashboards/dashboard.d.ts
import { type DatasourceKind, type Panel, type PanelSpec } from './panel.ts';
/** A Grafana dashboard, as it is imported or provisioned. */
export interface Dashboard {
    readonly uid: string;
    readonly title: string;
    readonly description: string;
    readonly tags: readonly string[];
    readonly schemaVersion: number;
    readonly editable: boolean;
    readonly refresh: string;
    readonly time: {
        readonly from: string;
        readonly to: string;
    };
    readonly templating: {
        readonly list: readonly Variable[];
    };
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
export declare function toDashboard({ name, title, description, panels, variables }: DashboardSpec): Dashboard;
export declare function datasourceVariable(kind: DatasourceKind): Variable;
/** Several may be chosen, or all. */
export declare function labelVariable(name: string, query: string): Variable;
export declare function textVariable(name: string, label: string): Variable;
/** The service, then its instances: what every dashboard over Prometheus is narrowed by. */
export declare function serviceVariables(): readonly Variable[];
/** What the service variables choose, for a metric that has the label `service`. */
export declare const CHOSEN = "service=~\"$service\", instance=~\"$instance\"";
/** The same for a metric about the process, which has none. */
export declare const CHOSEN_PROCESS = "instance=~\"$instance\"";

// operations/dashboards/panel.d.ts
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
export declare function datasource(kind: DatasourceKind): Datasource;
/** Puts panels side by side, from left to right, in as many rows as they take. */
export declare function layOut(specs: readonly PanelSpec[]): readonly Panel[];

// operations/dashboards/dashboards.d.ts
import { type OperationsOptions } from '../options.ts';
import { type Dashboard } from './dashboard.ts';
/**
 * Grafana dashboards over the metrics that `createMetrics()` makes with the same options, by file name.
 * @throws MetricsOptionError
 */
export declare function createDashboards(options?: OperationsOptions): Readonly<Record<string, Dashboard>>;
