/** What compiled help says of itself, in the letters of its language. */
import { expect, test } from 'vitest';
import { contentsPage, helpPages, helpSystem } from '../../src/converters/chm-contents.ts';

/** A version, the title, the number of the language. */
function system(title: string, language: number): Buffer {
  const head = Buffer.alloc(4 + 4 + title.length + 1 + 8);
  head.writeUInt32LE(3, 0);
  head.writeUInt16LE(3, 4);
  head.writeUInt16LE(title.length + 1, 6);
  head.write(title, 8, 'latin1');
  head.writeUInt16LE(4, 9 + title.length);
  head.writeUInt16LE(4, 11 + title.length);
  head.writeUInt32LE(language, 13 + title.length);
  return head;
}

const entry = (name: string, local: string): string =>
  `<LI><OBJECT type="text/sitemap"><param name="Name" value="${name}"><param value='${local}' name=Local></OBJECT>`;

test('title and letters of the language', () => {
  expect(helpSystem(system('\xd1\xef\xf0\xe0\xe2\xea\xe0', 0x04_19))).toEqual({
    title: 'Справка',
    encoding: 'windows-1251',
  });
  expect(helpSystem(system('Hilfe', 0x04_07))).toEqual({ title: 'Hilfe', encoding: 'windows-1252' });
  expect(helpSystem(system('', 0x04_04)).encoding).toBe('big5');
  expect(helpSystem(Buffer.from([3, 0, 0, 0, 3, 0, 255, 255, 65]))).toMatchObject({ title: 'A' });
});

test('pages as the contents list them, whatever way they are written, each once', () => {
  const contents = Buffer.from(
    [
      entry('B &amp; \xe4', '\\HTML\\b.htm#top'),
      '<LI><OBJECT type="text/sitemap"><param name="Name" value="A heading"></OBJECT>',
      entry('A', 'help.chm::/a b.htm'),
      entry('Again', 'html/B.HTM'),
      entry('Elsewhere', 'https://example.org/'),
      entry('Out', '../../etc/passwd'),
    ].join('\n'),
    'latin1',
  );
  const files = ['#SYSTEM', 'Html/B.htm', 'a b.htm', 'loose.html', 'toc.hhc'];
  const about = { files, system: { encoding: 'windows-1252' } };
  const pages = helpPages({ ...about, contents });
  expect(pages).toEqual([
    { title: 'B & ä', file: 'Html/B.htm' },
    { title: 'A', file: 'a b.htm' },
  ]);
  expect(contentsPage('<Help>', pages)).toMatch(
    /<title>&lt;Help&gt;<[^]*href="Html\/B\.htm">B &amp; ä<[^]*href="a%20b\.htm">A</,
  );
  const all = helpPages({ ...about, contents: Buffer.alloc(0) }).map(({ file }) => file);
  expect(all).toEqual(['Html/B.htm', 'a b.htm', 'loose.html']);
});
