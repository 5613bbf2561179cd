// Documents and drawings in formats that no free program writes, or that are simple enough to be written by hand.
import { be16, be32, bytes, text } from './kit.mjs';

/** PalmDB: a header of 78 bytes, eight bytes a record, the records. */
export function azw4(pdf) {
  const records = [
    bytes(
      be16(1),
      be16(0),
      be32(pdf.length),
      be16(1),
      be16(4096),
      be32(0),
      'MOBI',
      be32(232),
      Buffer.alloc(240),
    ),
    pdf,
  ];
  let at = 78 + records.length * 8 + 2;
  const list = records.map((record, index) => {
    const entry = bytes(be32(at), be32(index * 2));
    at += record.length;
    return entry;
  });
  const head = bytes(
    'Pipeline_sample'.padEnd(32, '\0'),
    be16(0),
    be16(0),
    Buffer.alloc(24),
    'BOOKMOBI',
    be32(1),
    be32(0),
    be16(records.length),
  );
  return bytes(head, ...list, [0, 0], ...records);
}

/** A prefix that leads to the text at byte 16; 0x0a ends a line. */
export const wpd = () =>
  bytes('\xffWPC', [16, 0, 0, 0], [1, 10], [0, 1], [0, 0], [0, 0], `${text}\nThe quick brown fox.\n`);

/** One slide with a title. */
export function fodp() {
  const names = ['office', 'text', 'draw', 'presentation', 'style'].map(
    (name) =>
      `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name === 'draw' ? 'drawing' : name}:1.0"`,
  );
  const frame = `<draw:frame svg:width="20cm" svg:height="3cm" svg:x="2cm" svg:y="2cm"><draw:text-box><text:p>${text}</text:p><text:p>The quick brown fox.</text:p></draw:text-box></draw:frame>`;
  const master =
    '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="PM"/></office:master-styles>';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<office:document ${names.join(' ')} xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:automatic-styles><style:page-layout style:name="PM"><style:page-layout-properties fo:page-width="25.4cm" fo:page-height="19.05cm"/></style:page-layout></office:automatic-styles>${master}<office:body><office:presentation><draw:page draw:name="page1" draw:master-page-name="Default">${frame}</draw:page></office:presentation></office:body></office:document>\n`;
}

/** Two squares and a text, in the few words that every reader knows. */
export function dxf() {
  const square = (x) =>
    ['LINE', [x, 0, x + 50, 0], [x + 50, 0, x + 50, 50], [x + 50, 50, x, 50], [x, 50, x, 0]]
      .slice(1)
      .map(([x1, y1, x2, y2]) => `0\nLINE\n8\n0\n10\n${x1}\n20\n${y1}\n11\n${x2}\n21\n${y2}\n`)
      .join('');
  return `0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n${square(0)}${square(50)}0\nTEXT\n8\n0\n10\n0\n20\n60\n40\n10\n1\n${text}\n0\nENDSEC\n0\nEOF\n`;
}
