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
  readonly labels: Readonly<{ severity: Severity } & Record<string, string>>;
  readonly annotations: Readonly<{ summary: string; description: string; runbook_url: string }>;
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
export function runbookLink(runbookUrl: string, alert: string): string {
  return `${runbookUrl}#${alert.toLowerCase()}`;
}
