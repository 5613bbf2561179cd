// Documents and drawings of old programs, with the least that their readers need. Numbers are as each format has them.
import { be16, bytes, text, u16, u32 } from './kit.mjs';

const lines = [text, 'The quick brown fox.'];

/** HWP 3.0: document information, summary, fonts of seven scripts, one style, paragraphs, none of it packed. */
export function hwp() {
  const words = (...values) => bytes(...values.map(u16));
  const charShape = bytes(u16(250), Buffer.alloc(7), Buffer.alloc(7, 100), Buffer.alloc(15));
  const tabs = Array.from({ length: 40 }, (_, index) => bytes([0, 0], u16(1000 * (index + 1))));
  const paraShape = bytes(words(0, 0, 0, 160, 0), [0, 0], ...tabs, [1, 0], Buffer.alloc(13));
  const paragraph = (line) =>
    bytes(
      [0],
      words(line.length + 1, 1),
      Buffer.alloc(7),
      charShape,
      paraShape,
      words(0, 0, 250, 0, 0, 0, 0),
      Buffer.from(line, 'utf16le'),
      u16(13),
    );
  const end = bytes(Buffer.alloc(12), charShape);
  // A4 with its margins, in 1/1800 inch.
  const paper = bytes([3, 0], words(20787, 14598, 1417, 1417, 1701, 1701, 850, 850, 0));
  const information = bytes(words(0, 0), paper, Buffer.alloc(74), words(1, 1), Buffer.alloc(26));
  const fonts = Array.from({ length: 7 }, () => bytes(u16(1), 'Batang'.padEnd(40, '\0')));
  return bytes(
    'HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05',
    information,
    Buffer.alloc(1008),
    ...fonts,
    u16(1),
    'Body'.padEnd(20, '\0'),
    charShape,
    paraShape,
    ...lines.map(paragraph),
    end,
    u32(0),
    u32(0),
  );
}

/** The stream `StarWriterDocument` of StarWriter 5: records of a letter, their size with these four bytes, and content. */
export function starWriter() {
  const record = (type, ...parts) => {
    const content = bytes(...parts);
    return bytes(type, u32(content.length + 4).subarray(0, 3), content);
  };
  // Without a style, and without a condition for one.
  const paragraph = (line) => record('T', [4], u16(0xfff0), u16(0xffff), u16(line.length), line);
  const version = u16(0x217);
  const header = bytes('SW5HDR\0', [46], version, Buffer.alloc(34), [1, 1], u32(20231114), u32(22132000));
  const names = record('!', [1], u16(0));
  return bytes(header, names, record('N', [4], u32(lines.length), ...lines.map(paragraph)), record('Z'));
}

/** The stream `StarCalcDocument` of StarCalc 5: one table of two columns; after each list, how long its entries are. */
export function starCalc() {
  const record = (id, ...parts) => {
    const content = bytes(...parts);
    return bytes(u16(id), u32(content.length), content);
  };
  const string = (value) => bytes(u16(value.length), value);
  const sizes = (list) => record(0x4200, ...list.map(({ length }) => u32(length)));
  const number = (value) => {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleLE(value);
    return buffer;
  };
  const cell = (value, row) =>
    typeof value === 'number'
      ? bytes(u16(row), [1, 0], number(value))
      : bytes(u16(row), [2, 0], string(value));
  const column = (values) => bytes(record(0x4250, u16(values.length), ...values.map(cell)), sizes([]));
  const columns = [column(['name', text, 'blue']), column(['count', 1, 2])];
  const named = record(0x4242, string('Sheet1'), [0], string(''), [0], string(''), [0]);
  const cells = record(0x4240, ...columns.map((content, index) => bytes([index], content)));
  const version = record(0x4221, u16(7), string(''), [0], string(''));
  return record(0x4220, record(0x422c, [1, 1]), version, record(0x4222, named, cells, sizes(columns)));
}

/** The XML of a presentation of Keynote '09: one slide with a box of text. */
export function keynote() {
  const spaces = ['key="keynote2"', 'sf="sf"', 'sfa="sfa"'].map((space) =>
    `xmlns:${space}`.replace('="', '="http://developer.apple.com/namespaces/'),
  );
  const size = '<sf:size sfa:w="600" sfa:h="200"/>';
  const geometry = `<sf:geometry><sf:naturalSize sfa:w="600" sfa:h="200"/>${size}<sf:position sfa:x="100" sfa:y="100"/></sf:geometry>`;
  const outline =
    '<sf:path><sf:bezier-path><sf:bezier sfa:path="M 0 0 L 600 0 L 600 200 L 0 200 Z"/></sf:bezier-path></sf:path>';
  const paragraphs = lines.map((line) => `<sf:p>${line}<sf:br/></sf:p>`).join('');
  const content = `<sf:text><sf:text-storage sf:kind="textbox"><sf:text-body>${paragraphs}</sf:text-body></sf:text-storage></sf:text>`;
  const shape = `<sf:shape sfa:ID="shape-1">${geometry}${outline}${content}</sf:shape>`;
  const page = `<key:page><sf:size sfa:w="800" sfa:h="600"/><sf:layers><sf:layer><sf:drawables>${shape}</sf:drawables></sf:layer></sf:layers></key:page>`;
  return `<?xml version="1.0"?>\n<key:presentation ${spaces.join(' ')} key:version="92008102400"><key:size sfa:w="800" sfa:h="600"/><key:theme-list/><key:slide-list><key:slide sfa:ID="slide-1">${page}</key:slide></key:slide-list></key:presentation>\n`;
}

/** The binary encoding of CGM, version 1: two rectangles and a text, in colours that are written out. */
export function cgm() {
  const element = (group, id, ...parts) => {
    const data = bytes(...parts);
    const pad = Buffer.alloc(data.length % 2);
    return bytes(be16((group << 12) | (id << 5) | data.length), data, pad);
  };
  const string = (value) => bytes([value.length], value);
  const words = (...values) => bytes(...values.map(be16));
  const rectangle = (colour, corners) => bytes(element(5, 23, colour), element(4, 11, words(...corners)));
  return bytes(
    element(0, 1, string(text)),
    element(1, 1, words(1)),
    element(1, 2, string('Pipeline')),
    element(1, 11, words(1, -1, 1)),
    element(1, 13, string('Helvetica')),
    element(0, 3, string('1')),
    element(2, 2, words(1)),
    element(2, 6, words(0, 0, 2000, 1500)),
    element(2, 7, [255, 255, 255]),
    element(0, 4),
    element(5, 22, words(1)),
    rectangle([255, 0, 0], [0, 0, 1000, 1000]),
    rectangle([0, 0, 255], [1000, 0, 2000, 1000]),
    element(5, 10, words(1)),
    element(5, 14, [0, 0, 0]),
    element(5, 15, words(120)),
    // In the middle, on the line.
    element(5, 18, words(2, 4), Buffer.alloc(8)),
    element(4, 4, words(1000, 1150, 1), string(text)),
    element(0, 5),
    element(0, 2),
  );
}
