import type { DefaultTheme } from 'vitepress';
import { type EntryPoint, entryPoints } from './entry-points.ts';
import { findPages, type Page } from './pages.ts';

type Item = DefaultTheme.SidebarItem;

/** The sections of the side bar: a page is in the first whose pattern its source matches. */
const SECTIONS: readonly { readonly text: string; readonly pattern: RegExp; readonly collapsed?: boolean }[] =
  [
    {
      text: 'Start',
      pattern: /^(?:README|docs\/(?:README|getting-started|how-it-works|security))\.md$/,
    },
    { text: 'Guides', pattern: /^docs\/(?:guides\/.*|circuit-breaker-design)\.md$/ },
    { text: 'Packages', pattern: /^packages\// },
    { text: 'Examples', pattern: /^examples\// },
    { text: 'Moving from another library', pattern: /^docs\/migrating\//, collapsed: true },
    { text: 'Operations', pattern: /^docs\/operations\//, collapsed: true },
    { text: 'Figures and proofs', pattern: /^(?:benchmarks|proofs)\//, collapsed: true },
    { text: 'Decisions', pattern: /^docs\/decisions\//, collapsed: true },
    { text: 'Project', pattern: /./, collapsed: true },
  ];

/** Pages that are read in this order; the others follow in the order of the alphabet. */
const FIRST = [
  'README.md',
  'docs/README.md',
  'docs/getting-started.md',
  'docs/how-it-works.md',
  'docs/guides/receive-webhooks.md',
  'docs/migrating/README.md',
];

export function sidebar(): Item[] {
  const left = findPages().sort((a, b) => rank(a) - rank(b));
  const sections: Item[] = [];
  for (const { pattern, ...section } of SECTIONS) {
    const own = left.filter(({ source }) => pattern.test(source));
    for (const page of own) left.splice(left.indexOf(page), 1);
    if (own.length > 0) sections.push({ collapsed: false, ...section, items: own.map(itemOf) });
  }
  sections.splice(3, 0, { text: 'API reference', collapsed: true, items: referenceItems() });
  return sections;
}

export function topNavigation(): DefaultTheme.NavItem[] {
  const pages = new Set(findPages().map(({ page }) => page));
  return [
    ...(pages.has('getting-started.md') ? [{ text: 'Getting started', link: '/getting-started' }] : []),
    ...(pages.has('contents.md') ? [{ text: 'Documentation', link: '/contents' }] : []),
    { text: 'API', link: '/reference/' },
  ];
}

function rank({ source }: Page): number {
  const place = FIRST.indexOf(source);
  return place === -1 ? FIRST.length : place;
}

function itemOf({ source, page, title }: Page): Item {
  return { text: source === 'README.md' ? 'Overview' : title.replace('@holdfast/', ''), link: linkOf(page) };
}

function linkOf(page: string): string {
  return `/${page.replace(/(?:index)?\.md$/, '')}`;
}

/** One item for each package; its other entry points below it. */
function referenceItems(): Item[] {
  const byPackage = Map.groupBy(entryPoints(), ({ folder }) => folder);
  return [...byPackage.values()].map((entries) => {
    const items = entries.map(({ name }) => ({
      text: name.replace('@holdfast/', ''),
      link: `/reference/${name}`,
    }));
    const [first] = items;
    return items.length === 1 && first !== undefined ? first : groupOf(entries, items);
  });
}

function groupOf(entries: readonly EntryPoint[], items: Item[]): Item {
  return { text: entries[0]?.folder ?? '', collapsed: true, items };
}
