/** One block of the picture, drawn from its own upper left corner. */
export interface Part {
  height: number;
  content: string;
}

/** Inside of the margins. */
export const WIDTH = 960;

/** What a colour is for; `STYLE` gives each a light and a dark one. */
export type Tone =
  | 'ground'
  | 'panel'
  | 'ink'
  | 'muted'
  | 'accent'
  | 'faint'
  | 'fainter'
  | 'good'
  | 'bad'
  | 'warn';

const LIGHT: Readonly<Record<Tone, string>> = {
  ground: '#ffffff',
  panel: '#f1f4f9',
  ink: '#16202e',
  muted: '#66738a',
  accent: '#2f6fde',
  faint: '#8fb3ee',
  fainter: '#d3e1f9',
  good: '#0f9d75',
  bad: '#d33b3b',
  warn: '#e0a010',
};

const DARK: Readonly<Record<Tone, string>> = {
  ground: '#10161f',
  panel: '#1a2431',
  ink: '#e6ebf3',
  muted: '#93a1b8',
  accent: '#6ea0f2',
  faint: '#2f5ea8',
  fainter: '#223a5e',
  good: '#2bb98d',
  bad: '#e5605d',
  warn: '#f0b84c',
};

/** Follows the reader's light or dark scheme. */
export const STYLE: string = `<style>${rules(LIGHT)}@media (prefers-color-scheme:dark){${rules(DARK)}}</style>`;

export interface TextStyle {
  size?: number;
  weight?: number;
  tone?: Tone;
  anchor?: 'start' | 'middle' | 'end';
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 13, weight = 400, tone = 'ink', anchor = 'start' } = style;
  return `<text class="${tone}" x="${round(x)}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

/** At least one pixel wide, so that something shows. */
export function rect(x: number, y: number, width: number, height: number, tone: Tone, radius = 2): string {
  return `<rect class="${tone}" x="${round(x)}" y="${y}" width="${round(Math.max(1, width))}" height="${height}" rx="${radius}"/>`;
}

export function heading(title: string): string {
  return text(0, 12, title, { size: 14, weight: 600, tone: 'accent' });
}

export function escapeXml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function rules(colors: Readonly<Record<Tone, string>>): string {
  return Object.entries(colors)
    .map(([tone, color]) => `.${tone}{fill:${color}}`)
    .join('');
}
