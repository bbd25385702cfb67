import { createDashboards } from '@holdfast/metrics/operations';
import type { PrometheusServer } from '@holdfast/test-servers';
import { SCRAPE_SECONDS, SHORT_WINDOWS } from './objectives.ts';

export interface PanelQuery {
  readonly panel: string;
  readonly expression: string;
}

/** Every query of every panel over Prometheus, with everything chosen. */
export function panelQueries(): readonly PanelQuery[] {
  return Object.entries(createDashboards(SHORT_WINDOWS)).flatMap(([file, { panels }]) =>
    panels
      .filter(({ datasource }) => datasource.type === 'prometheus')
      .flatMap(({ title, targets }) =>
        targets.map(({ refId, expr = '' }) => ({
          panel: `${file}, ${title} (${refId})`,
          expression: chosen(expr),
        })),
      ),
  );
}

/** What Grafana puts for its variables. */
function chosen(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', `${SCRAPE_SECONDS * 6}s`)
    .replaceAll('"$service"', '".+"')
    .replaceAll('"$instance"', '".+"');
}

/** @returns the panels without data, or with nothing but NaN */
export async function emptyPanels(prometheus: PrometheusServer): Promise<readonly string[]> {
  const empty: string[] = [];
  for (const { panel, expression } of panelQueries()) {
    const samples = await prometheus.query(expression);
    if (!samples.some(({ value }) => !Number.isNaN(value))) empty.push(panel);
  }
  return empty;
}
