export { renderRules } from './alerts/render-rules.ts';
export type { AlertRule, RecordingRule, RuleFile, RuleGroup } from './alerts/rule.ts';
export { createAlertRules } from './alerts/rules.ts';
export type { Dashboard, Variable } from './dashboards/dashboard.ts';
export { createDashboards } from './dashboards/dashboards.ts';
export type { Datasource, DatasourceKind, GridPosition, Panel, Target } from './dashboards/panel.ts';
export {
  type BurnWindow,
  OPERATIONS_DEFAULTS,
  type OperationsOptions,
  type ResolvedOperationsOptions,
  type Severity,
} from './options.ts';
