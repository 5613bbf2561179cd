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

/** A message of text and HTML, with a picture in it and a file attached. */
export function eml(png) {
  const base64 = (content) =>
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,76}/g)
      .join('\r\n');
  const part = (headers, body) => `${headers.join('\r\n')}\r\n\r\n${body}\r\n`;
  const multipart = (type, boundary, parts) =>
    part(
      [`Content-Type: multipart/${type}; boundary="${boundary}"`],
      `${parts.map((one) => `--${boundary}\r\n${one}`).join('')}--${boundary}--`,
    );
  const plain = part(['Content-Type: text/plain; charset=utf-8'], `${text}\r\n\r\nThe quick brown fox.`);
  const html = part(
    ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
    `<p style=3D"color: #444">${text}</p><p>The quick <b>brown</b> fox.</p><p><img src=3D"cid:picture@example.org" alt=3D"red and blue"></p>`,
  );
  const picture = part(
    ['Content-Type: image/png', 'Content-Transfer-Encoding: base64', 'Content-ID: <picture@example.org>'],
    base64(png),
  );
  const attached = part(
    [
      'Content-Type: text/csv; name="sample.csv"',
      'Content-Disposition: attachment; filename="sample.csv"',
      'Content-Transfer-Encoding: base64',
    ],
    base64('name,count\nred,1\n'),
  );
  const related = multipart('related', 'related', [html, picture]);
  const body = multipart('mixed', 'mixed', [
    multipart('alternative', 'alternative', [plain, related]),
    attached,
  ]);
  const head = [
    'From: Pipeline <sample@example.org>',
    'To: Reader <reader@example.org>',
    `Subject: ${text}`,
    'Date: Tue, 14 Nov 2023 22:13:20 +0000',
    'Message-ID: <sample@example.org>',
    'MIME-Version: 1.0',
  ];
  return `${head.join('\r\n')}\r\n${body}`;
}

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
