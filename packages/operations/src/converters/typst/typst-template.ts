/**
 * How a document looks on paper: the template that pandoc fills in and Typst typesets. A4, a serif text face that Typst
 * carries itself (no system font is needed), headings with rhythm, tables with a ruled head, code on a tint, links that
 * show, page numbers. Pure text.
 */

export interface PageSetup {
  /** Centimetres. */
  readonly widthCm: number;
  readonly heightCm: number;
  /** Millimetres. */
  readonly marginMm: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
  readonly fontSizePt: number;
}

export const defaultPage: PageSetup = {
  widthCm: 21,
  heightCm: 29.7,
  marginMm: { top: 25, bottom: 25, left: 25, right: 25 },
  fontSizePt: 11,
};

/** What goes into the PDF's properties, as plain text. */
export interface DocumentInfo {
  readonly title?: string;
  readonly authors: readonly string[];
  /** `2026-03-01`; anything else is shown, but is no date to a PDF. */
  readonly date?: string;
  /** A PDF/A must have one: without its own, the document gets that of its file. */
  readonly needsDate: boolean;
  /** Title, authors and date head the first page. Not for HTML, whose title is shown by the window alone. */
  readonly showsTitle: boolean;
}

/** A pandoc template. `$…$` is pandoc's; everything else is Typst. */
export function typstTemplate(page: PageSetup, info: DocumentInfo): string {
  return [setup(page, info), look, ...(info.showsTitle ? [titleBlock] : []), '$body$\n'].join('\n');
}

/** A Typst string literal, safe inside of a pandoc template. */
function literal(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll(/\s+/g, ' ');
  return `"${escaped.replaceAll('$', () => '$$')}"`;
}

function setup(page: PageSetup, info: DocumentInfo): string {
  const { top, bottom, left, right } = page.marginMm;
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(info.date ?? '');
  const given = date === null ? undefined : validDate(date[1] ?? '', date[2] ?? '', date[3] ?? '');
  const when = given ?? (info.needsDate ? 'auto' : 'none');
  const authors = info.authors.map(literal).join(', ');
  return `#set document(${info.title === undefined ? '' : `title: ${literal(info.title)}, `}author: (${authors}${authors === '' ? '' : ','}), date: ${when})
#set page(
  width: ${page.widthCm}cm, height: ${page.heightCm}cm,
  margin: (top: ${top}mm, bottom: ${bottom}mm, left: ${left}mm, right: ${right}mm),
  footer: context {
    let last = counter(page).final().first()
    if last > 1 { align(center, text(size: 0.8em, fill: luma(110))[#counter(page).display() / #last]) }
  },
)
#set text(font: "Libertinus Serif", size: ${page.fontSizePt}pt$if(lang)$, lang: "$lang$"$endif$$if(region)$, region: "$region$"$endif$)`;
}

function validDate(year: string, month: string, day: string): string | undefined {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const isReal = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
  return isReal ? `datetime(year: ${Number(year)}, month: ${Number(month)}, day: ${Number(day)})` : undefined;
}

const look = `#set par(justify: true, leading: 0.7em, spacing: 1.15em)
#set list(indent: 0.6em, spacing: 0.7em)
#set enum(indent: 0.6em, spacing: 0.7em)
#set terms(separator: linebreak(), hanging-indent: 1.4em)
#show heading: set par(justify: false)
#show heading: set text(weight: "semibold", fill: rgb("#1c2733"))
#show heading: set block(above: 1.7em, below: 0.85em, sticky: true)
#show heading.where(level: 1): set text(size: 1.5em)
#show heading.where(level: 2): set text(size: 1.25em)
#show heading.where(level: 3): set text(size: 1.1em)
#show link: set text(fill: rgb("#1a5fa8"))
#show raw: set text(font: "DejaVu Sans Mono", size: 0.95em)
#show raw.where(block: true): it => block(
  width: 100%, fill: rgb("#f4f5f7"), stroke: 0.5pt + rgb("#e2e5e9"), radius: 3pt, inset: (x: 9pt, y: 8pt), breakable: true,
  { set par(justify: false, leading: 0.6em); set text(size: 0.9em); it },
)
#show raw.where(block: false): box.with(fill: rgb("#f1f2f4"), inset: (x: 2.5pt), outset: (y: 2.5pt), radius: 2pt)
#show quote.where(block: true): it => block(
  inset: (left: 1em, y: 0.2em), stroke: (left: 2.5pt + rgb("#c9d2dc")), text(fill: rgb("#44505c"), it.body),
)
#set table(inset: (x: 7pt, y: 5.5pt), stroke: none, fill: (_, y) => if calc.even(y) and y > 0 { rgb("#f7f8fa") })
#set table.hline(stroke: 0.7pt + rgb("#8a95a1"))
#show table: set align(start)
#show table.cell: set par(justify: false)
#show table.cell.where(y: 0): set text(weight: "semibold")
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.where(kind: table): set block(breakable: true)
#show figure.caption: it => block(text(size: 0.9em, fill: rgb("#44505c"), it.body))
#show footnote.entry: set text(size: 0.85em)
#let horizontalrule = block(above: 1.6em, below: 1.6em, line(length: 100%, stroke: 0.6pt + rgb("#c9d2dc")))`;

const titleBlock = `$if(title)$
#align(center, block(above: 0pt, below: 2.2em)[
  #set par(justify: false)
  #text(size: 2em, weight: "semibold", fill: rgb("#1c2733"))[$title$]
$if(subtitle)$
  #v(0.2em, weak: true) \\
  #text(size: 1.25em, fill: rgb("#44505c"))[$subtitle$]
$endif$
$if(author)$

  $for(author)$$if(author.name)$$author.name$$else$$author$$endif$$sep$, $endfor$
$endif$
$if(date)$

  #text(fill: rgb("#44505c"))[$date$]
$endif$
])
$endif$
$if(abstract)$
#block(inset: (x: 2em), below: 2em)[#emph[$abstract$]]
$endif$
$if(highlighting-definitions)$
$highlighting-definitions$
$endif$
$for(header-includes)$
$header-includes$
$endfor$`;
