import { defineConfig } from 'vitepress';
import { githubSlug, siteLinks } from '../src/markdown.ts';
import { sidebar, topNavigation } from '../src/navigation.ts';
import { repositoryUrl } from '../src/repository.ts';

export default defineConfig({
  title: 'Holdfast',
  description: 'Small packages that make an Express service hold fast in production.',
  lang: 'en',
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
