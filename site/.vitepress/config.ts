import { defineConfig } from 'vitepress';
import { githubSlug, siteLinks } from '../src/markdown.ts';
import { sidebar, topNavigation } from '../src/navigation.ts';
import { repositoryUrl } from '../src/repository.ts';

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b6470"/><path d="M10 7v18M22 7v18M10 16h12" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>';

export default defineConfig({
  title: 'Holdfast',
  description: 'Small packages that make an Express service hold fast in production.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: '.stage',
  cacheDir: '.vitepress/cache',
  // Plain files: a host needs no rules to find a page.
  cleanUrls: false,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: githubSlug },
    config: siteLinks,
    theme: { light: 'github-light', dark: 'github-dark' },
  },
  themeConfig: {
    nav: topNavigation(),
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repositoryUrl }],
    externalLinkIcon: false,
  },
});
