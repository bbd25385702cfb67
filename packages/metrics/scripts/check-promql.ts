/** Reads PromQL with Prometheus' own grammar and holds its metric and label names against a catalogue. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Catalogue } from './catalogue.ts';

/** What is wrong with a query; nothing when each metric and label is there. */
export function promqlProblems(query: string, catalogue: Catalogue): readonly string[] {
  const text = withoutVariables(query);
  const problems: string[] = [];
  const tree = parser.parse(text);
  tree.iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) problems.push(`cannot be read at ${from}: ${text.slice(from, from + 20)}`);
      if (type.name === 'VectorSelector') problems.push(...selectorProblems(node, text, catalogue));
      if (type.name === 'GroupingLabels')
        problems.push(...groupingProblems(node, text, catalogue, text.slice(from, to)));
    },
  });
  return problems;
}

/** Grafana puts a duration for these. */
function withoutVariables(query: string): string {
  return query.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h');
}

function selectorProblems(node: SyntaxNode, text: string, catalogue: Catalogue): string[] {
  const name = metricOf(node, text);
  if (name === undefined) return [`a selector without a metric name: ${textOf(node, text)}`];
  const labels = catalogue.get(name);
  if (labels === undefined) return [`there is no metric ${name}`];
  return labelsIn(node, text)
    .filter((label) => !labels.has(label))
    .map((label) => `${name} has no label ${label}; it has ${[...labels].join(', ')}`);
}

/** A label that is grouped by must be on the metrics that the aggregation is about. */
function groupingProblems(node: SyntaxNode, text: string, catalogue: Catalogue, shown: string): string[] {
  const around = node.parent?.name === 'AggregateModifier' ? node.parent.parent : node.parent?.parent;
  const scope = around ?? node;
  const metrics = selectorsIn(scope).flatMap((selector) => metricOf(selector, text) ?? []);
  return labelsIn(node, text).flatMap((label) =>
    metrics
      .filter((metric) => catalogue.has(metric) && !catalogue.get(metric)?.has(label))
      .map((metric) => `${shown} groups by ${label}, which ${metric} does not have`),
  );
}

function selectorsIn(node: SyntaxNode): SyntaxNode[] {
  return descendants(node, 'VectorSelector');
}

function metricOf(selector: SyntaxNode, text: string): string | undefined {
  const identifier = descendants(selector, 'Identifier')[0];
  return identifier === undefined ? undefined : textOf(identifier, text);
}

function labelsIn(node: SyntaxNode, text: string): string[] {
  return descendants(node, 'LabelName').map((label) => textOf(label, text));
}

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((one) => {
    if (one.name === name) found.push(one.node);
  });
  return found;
}

function textOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to);
}
