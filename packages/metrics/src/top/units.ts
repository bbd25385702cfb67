/** Figures in as few characters as tell enough. */

const NOTHING = '-';

export function perSecond(value: number): string {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(1);
  return value < 10_000 ? value.toFixed(0) : `${(value / 1000).toFixed(1)}k`;
}

export function milliseconds(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  if (value < 10) return `${value.toFixed(1)}ms`;
  if (value < 10_000) return `${value.toFixed(0)}ms`;
  return duration(value / 1000);
}

export function percent(ratio: number | undefined): string {
  if (ratio === undefined) return NOTHING;
  return `${(ratio * 100).toFixed(ratio > 0 && ratio < 0.1 ? 1 : 0)}%`;
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  if (value < 1024) return `${value}B`;
  if (value < 1024 ** 2) return `${(value / 1024).toFixed(0)}KB`;
  return value < 1024 ** 3 ? `${(value / 1024 ** 2).toFixed(0)}MB` : `${(value / 1024 ** 3).toFixed(1)}GB`;
}

export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return NOTHING;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${Math.floor(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
  return `${Math.floor(seconds / 86_400)}d${Math.floor((seconds % 86_400) / 3600)}h`;
}
