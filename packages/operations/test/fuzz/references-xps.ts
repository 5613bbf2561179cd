/** Pages of XPS, and those that ask for parts that are in no package. */
import type { Hostile, Ways } from './references.ts';
import { zip } from './zip.ts';

export const xpsPage = (inner: string, before = ''): string =>
  `${before}<FixedPage xmlns="http://schemas.microsoft.com/xps/2005/06" Width="96" Height="96" xml:lang="en">${inner}</FixedPage>`;
export const xpsPicture = (source: string): string =>
  `<Path Data="M 0,0 L 96,0 96,96 0,96 Z"><Path.Fill><ImageBrush ImageSource="${source}" Viewbox="0,0,80,60" ViewboxUnits="Absolute" Viewport="0,0,96,96" ViewportUnits="Absolute"/></Path.Fill></Path>`;

/** Pages of XPS, whose pictures and letters lie in parts that its markup names. */
export function packages({ text, picture, url, image, entity }: Ways): readonly Hostile[] {
  const glyphs = (font: string, letters: string): string =>
    `<Glyphs FontUri="${font}" FontRenderingEmSize="12" OriginX="5" OriginY="50" Fill="#FF000000" UnicodeString="${letters}"/>`;
  return [
    xpsPage(
      xpsPicture(`file://${picture}`) +
        xpsPicture(image) +
        xpsPicture(`../../../../../../../..${picture}`) +
        xpsPicture(picture),
    ),
    xpsPage(glyphs(`${url}.ttf`, 'x') + glyphs(`file://${text}`, 'x')),
    xpsPage(glyphs('/a.ttf', '&canary;'), entity('FixedPage')),
  ].map((content, index) => ({ name: `package-${index}.xps`, content: xps(content) }));
}

const officeTypes = 'http://schemas.openxmlformats.org/package/2006';

export function xps(
  content: string,
  parts: readonly { readonly name: string; readonly content: Buffer }[] = [],
): Buffer {
  const space = 'xmlns="http://schemas.microsoft.com/xps/2005/06"';
  const types = ['rels', 'fdseq', 'fdoc', 'fpage', 'png']
    .map((ext) => `<Default Extension="${ext}" ContentType="${contentType[ext] ?? ''}"/>`)
    .join('');
  return zip([
    { name: '[Content_Types].xml', content: `<Types xmlns="${officeTypes}/content-types">${types}</Types>` },
    {
      name: '_rels/.rels',
      content: `<Relationships xmlns="${officeTypes}/relationships"><Relationship Type="http://schemas.microsoft.com/xps/2005/06/fixedrepresentation" Target="/all.fdseq" Id="a"/></Relationships>`,
    },
    {
      name: 'all.fdseq',
      content: `<FixedDocumentSequence ${space}><DocumentReference Source="/one.fdoc"/></FixedDocumentSequence>`,
    },
    {
      name: 'one.fdoc',
      content: `<FixedDocument ${space}><PageContent Source="/one.fpage" Width="96" Height="96"/></FixedDocument>`,
    },
    { name: 'one.fpage', content },
    ...parts,
  ]);
}

const contentType: Readonly<Record<string, string>> = {
  rels: 'application/vnd.openxmlformats-package.relationships+xml',
  fdseq: 'application/vnd.ms-package.xps-fixeddocumentsequence+xml',
  fdoc: 'application/vnd.ms-package.xps-fixeddocument+xml',
  fpage: 'application/vnd.ms-package.xps-fixedpage+xml',
  png: 'image/png',
};
