import type { AlertRule, RecordingRule, RuleFile } from './rule.ts';

/** The rule file as YAML. A JSON string is a YAML string too, so every value is quoted that way. */
export function renderRules({ groups }: RuleFile): string {
  const lines = ['groups:'];
  for (const { name, interval, rules } of groups) {
    lines.push(`  - name: ${JSON.stringify(name)}`);
    if (interval !== undefined) lines.push(`    interval: ${interval}`);
    lines.push('    rules:', ...rules.flatMap((rule) => indented(ruleLines(rule))));
  }
  return `${lines.join('\n')}\n`;
}

function ruleLines(rule: AlertRule | RecordingRule): string[] {
  const expr = ['expr: |-', ...rule.expr.split('\n').map((line) => `  ${line}`)];
  if ('record' in rule) return [`record: ${rule.record}`, ...expr];
  return [
    `alert: ${rule.alert}`,
    ...expr,
    ...(rule.for === undefined ? [] : [`for: ${rule.for}`]),
    ...mapping('labels', rule.labels),
    ...mapping('annotations', rule.annotations),
  ];
}

function mapping(name: string, values: Readonly<Record<string, string>>): string[] {
  return [`${name}:`, ...Object.entries(values).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line, i) => `      ${i === 0 ? '- ' : '  '}${line}`);
}
