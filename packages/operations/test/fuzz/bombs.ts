/** Small files that become large, or that never end. */
import { deflateSync, gzipSync } from 'node:zlib';
import type { Hostile } from './references.ts';
import { zip } from './zip.ts';

export function bombs(): readonly Hostile[] {
  const zeros = Buffer.alloc(64 * 2 ** 20);
  const inner = zip([{ name: 'zeros', content: zeros, isDeflated: true }]);
  const laughs = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">${Array.from({ length: 12 }, (_, index) => `<!ENTITY a${index + 1} "${`&a${index};`.repeat(10)}">`).join('')}]>`;
  const word = (document: string): Buffer =>
    zip([
      {
        name: '[Content_Types].xml',
        content:
          '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        isDeflated: true,
      },
      {
        name: '_rels/.rels',
        content:
          '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        isDeflated: true,
      },
      { name: 'word/document.xml', content: document, isDeflated: true },
    ]);
  const names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  return [
    { name: 'zeros.zip', content: inner },
    {
      name: 'many.zip',
      content: zip(Array.from({ length: 30_000 }, (_, index) => ({ name: `${index}`, content: '' }))),
    },
    {
      name: 'nested.zip',
      content: zip(Array.from({ length: 200 }, (_, index) => ({ name: `${index}.zip`, content: inner }))),
    },
    { name: 'zeros.gz', content: gzipSync(gzipSync(zeros)) },
    { name: 'zeros.tar.gz', content: gzipSync(zeros) },
    { name: 'pixels.png', content: png(60_000, 60_000) },
    { name: 'wide.png', content: png(2_000_000_000, 2) },
    {
      name: 'pixels.gif',
      content: Buffer.concat([
        Buffer.from('GIF89a'),
        Buffer.from([
          0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0, 0xff, 0xff, 0xff,
          0xff, 0, 2, 2, 0x44, 1, 0, 0x3b,
        ]),
      ]),
    },
    { name: 'pixels.bmp', content: bmp(60_000, 60_000) },
    {
      name: 'pixels.svg',
      content:
        '<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"><rect width="9" height="9"/></svg>',
    },
    {
      name: 'laughs.svg',
      content: `${laughs}<svg xmlns="http://www.w3.org/2000/svg"><text>&a12;</text></svg>`,
    },
    {
      name: 'nested-use.svg',
      content: `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="u0"><rect width="9" height="9"/></g>${Array.from({ length: 20 }, (_, index) => `<g id="u${index + 1}">${`<use href="#u${index}"/>`.repeat(10)}</g>`).join('')}<use href="#u20"/></svg>`,
    },
    {
      name: 'deep.svg',
      content: `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${'<g>'.repeat(100_000)}${'</g>'.repeat(100_000)}</svg>`,
    },
    { name: 'laughs.xml', content: `${laughs}<a>&a12;</a>` },
    {
      name: 'laughs.docx',
      content: word(
        `${laughs}<w:document ${names}><w:body><w:p><w:r><w:t>&a12;</w:t></w:r></w:p></w:body></w:document>`,
      ),
    },
    {
      name: 'large.docx',
      content: word(
        `<w:document ${names}><w:body>${'<w:p><w:r><w:t>x</w:t></w:r></w:p>'.repeat(600_000)}</w:body></w:document>`,
      ),
    },
    { name: 'deep.html', content: '<div>'.repeat(200_000) },
    { name: 'deep.json', content: '['.repeat(500_000) },
    {
      name: 'aliases.yaml',
      content: `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]\n`).join('')}`,
    },
    { name: 'deep.md', content: '> '.repeat(20_000) },
    { name: 'brackets.md', content: '['.repeat(50_000) },
    { name: 'loop.typst', content: '#let f(x) = f(x + 1)\n#f(0)\n#while true {}' },
    {
      name: 'loop.tex',
      content: '\\documentclass{article}\\def\\a{\\a\\a}\\begin{document}\\a\\end{document}',
    },
    { name: 'wide.csv', content: `${','.repeat(200_000)}\n`.repeat(5) },
    { name: 'loop.html', content: '<script>while (true) {}</script><p>x</p>' },
    { name: 'inflated.pdf', content: pdfBomb() },
  ];
}

function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width >>> 0, 0);
  header.writeUInt32BE(height >>> 0, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(2 ** 20))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Its sum is wrong; readers that care fail early, and those that do not go on. */
function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

function bmp(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.write('BM');
  bytes.writeUInt32LE(200, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

function pdfBomb(): Buffer {
  const once = deflateSync(Buffer.alloc(200 * 2 ** 20));
  const twice = deflateSync(once);
  const head = `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>\nendobj\n4 0 obj\n<< /Length ${twice.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n`;
  return Buffer.concat([
    Buffer.from(head),
    twice,
    Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'),
  ]);
}
