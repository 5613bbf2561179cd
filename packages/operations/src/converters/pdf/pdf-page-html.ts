/**
 * HTML that shows the pages of a PDF as they are: a picture of each, and over it its text, unseen, so that it can be
 * marked, copied and searched. No script, no font, nothing from elsewhere. Pure.
 */
import type { OutlineEntry, PageText, TextLine } from './pdf-lines.ts';

export interface ShownPage extends PageText {
  /** From 1. */
  readonly number: number;
  /** `data:…`, or where the picture lies beside the HTML. */
  readonly picture: string;
  /** CSS pixels. */
  readonly shownWidth: number;
  readonly shownHeight: number;
}

export interface PageHtml {
  readonly title: string;
  readonly pages: readonly ShownPage[];
  readonly outline: readonly OutlineEntry[];
  /** Where a page is, from 0: `#page-3`, or another file. */
  readonly hrefOf: (page: number) => string | undefined;
  /** The style sheet: its text, or the name of its file. */
  readonly style: { readonly css: string } | { readonly href: string };
}

export const pageStyle = `body { margin: 0; background: #d4d4d4; font-family: sans-serif; }
main { display: flex; flex-direction: column; align-items: center; gap: 16px; padding: 16px; }
.page { position: relative; background: #fff; box-shadow: 0 1px 4px #0006; }
.page img, .page svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.page text { fill: transparent; white-space: pre; }
.page text::selection { background: #3390ff66; }
nav { position: fixed; inset: 0 auto 0 0; width: 240px; overflow: auto; padding: 8px; background: #fff; font-size: 14px; }
nav ul { list-style: none; padding-left: 14px; margin: 4px 0; }
nav + main { margin-left: 256px; }
@media print { nav { display: none; } nav + main { margin: 0; } main { padding: 0; gap: 0; } .page { box-shadow: none; break-after: page; } }
`;

export function pagesHtml({ title, pages, outline, hrefOf, style }: PageHtml): string {
  const sheet =
    'css' in style
      ? `<style>\n${style.css}</style>`
      : `<link rel="stylesheet" href="${escaped(style.href)}">`;
  const bar = outline.length === 0 ? '' : `<nav>${outlineHtml(outline, hrefOf)}</nav>\n`;
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
${sheet}
</head>
<body>
${bar}<main>
${pages.map(pageHtml).join('\n')}
</main>
</body>
</html>
`;
}

function pageHtml({ number, picture, width, height, shownWidth, shownHeight, lines }: ShownPage): string {
  return `<div class="page" id="page-${number}" style="width:${shownWidth}px;height:${shownHeight}px"><img src="${escaped(picture)}" alt="">
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">
${lines.map(lineHtml).join('\n')}
</svg></div>`;
}

/** As long as it is on the page, whatever font the browser takes. */
function lineHtml({ text, from, to, size }: TextLine): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  const turned =
    Math.abs(angle) < 0.5 ? '' : ` transform="rotate(${fixed(angle)} ${fixed(from.x)} ${fixed(from.y)})"`;
  const shown = text.replaceAll('\u{FFFE}', '-');
  return `<text x="${fixed(from.x)}" y="${fixed(from.y)}" font-size="${fixed(size)}" textLength="${fixed(Math.max(1, length))}" lengthAdjust="spacingAndGlyphs"${turned}>${escaped(shown)}</text>`;
}

function outlineHtml(entries: readonly OutlineEntry[], hrefOf: PageHtml['hrefOf']): string {
  const items = entries.map(({ title, page, entries: below }) => {
    const href = page === undefined ? undefined : hrefOf(page);
    const label = href === undefined ? escaped(title) : `<a href="${escaped(href)}">${escaped(title)}</a>`;
    return `<li>${label}${below.length === 0 ? '' : outlineHtml(below, hrefOf)}</li>`;
  });
  return `<ul>${items.join('')}</ul>`;
}

const fixed = (value: number): string => String(Number(value.toFixed(2)));

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
