import {
  createAlertRules,
  createDashboards,
  type Dashboard,
  type OperationsOptions,
  type RuleFile,
} from '../src/operations/index.ts';
import { type Catalogue, withRecords } from './catalogue.ts';
import { promqlProblems } from './check-promql.ts';

/** A query and where it stands. */
export interface PlacedQuery {
  readonly place: string;
  readonly query: string;
}

/** Every query of the dashboards and rules that is for something which the catalogue does not have. */
export function operationsProblems(options: OperationsOptions, catalogue: Catalogue): readonly string[] {
  const rules = createAlertRules(options);
  const known = withRecords(catalogue, rules);
  return [...ruleQueries(rules), ...dashboardQueries(createDashboards(options))].flatMap(({ place, query }) =>
    promqlProblems(query, known).map((problem) => `${place}: ${problem}`),
  );
}

export function ruleQueries({ groups }: RuleFile): readonly PlacedQuery[] {
  return groups.flatMap(({ rules }) =>
    rules.map((rule) => ({ place: 'record' in rule ? rule.record : rule.alert, query: rule.expr })),
  );
}

/** The panels' queries to Prometheus, and those that fill the choices at the top. */
export function dashboardQueries(dashboards: Readonly<Record<string, Dashboard>>): readonly PlacedQuery[] {
  return Object.entries(dashboards).flatMap(([file, { panels, templating }]) => [
    ...panels
      .filter(({ datasource }) => datasource.type === 'prometheus')
      .flatMap(({ title, targets }) =>
        targets.map(({ expr = '' }) => ({ place: `${file}, ${title}`, query: expr })),
      ),
    ...templating.list.flatMap(({ name, definition }) =>
      typeof definition === 'string' ? [{ place: `${file}, $${name}`, query: selectorOf(definition) }] : [],
    ),
  ]);
}

/** `label_values(METRIC, LABEL)` is Grafana's; grouping by the label asks the same of the catalogue. */
function selectorOf(definition: string): string {
  const [, selector = '', label = ''] = /^label_values\((.+), ([a-z_]+)\)$/.exec(definition) ?? [];
  return `count by (${label}) (${selector})`;
}
