// A font of our own: the letters of "Pipeline sample" as boxes, drawn by FontForge.
import { readFileSync, writeFileSync } from 'node:fs';

const script = (folder) => `
import fontforge
font = fontforge.font()
font.fontname = 'PipelineSample'
font.familyname = 'Pipeline Sample'
font.fullname = 'Pipeline Sample'
font.copyright = 'Made for the tests of Pipeline'
font.em = 1000
for index, letter in enumerate(sorted(set('Pipeline sample'))):
    glyph = font.createChar(ord(letter))
    if letter != ' ':
        pen = glyph.glyphPen()
        top = 300 + 40 * index
        pen.moveTo((50, 0)); pen.lineTo((50, top)); pen.lineTo((450, top)); pen.lineTo((450, 0)); pen.closePath()
        pen = None
    glyph.width = 500
for name in ('ttf', 'otf', 'woff', 'woff2', 'svg'):
    font.generate('${folder}/made.' + name)
other = fontforge.open('${folder}/made.ttf')
font.generateTtc('${folder}/made.ttc', other, ttcflags=('merge',), layer=1)
`;

const made = ['ttf', 'otf', 'woff', 'woff2'];

export const recipes = [
  {
    extension: 'ttf',
    how: 'FontForge',
    make: (kit) => {
      writeFileSync(kit.work('font.py'), script(kit.scratch));
      kit.run('fontforge', '-lang=py', '-script', kit.work('font.py'));
      for (const extension of made) kit.move(kit.work(`made.${extension}`), extension);
      kit.move(kit.work('made.ttc'), 'ttc');
      kit.writeFile('font.svg', readFileSync(kit.work('made.svg')));
    },
  },
  ...[...made.slice(1), 'ttc'].map((extension) => ({ extension, how: 'FontForge', make: () => undefined })),
  {
    extension: 'eot',
    how: 'fonteditor-core from the ttf',
    make: async (kit) => {
      const { createRequire } = await import('node:module');
      const require = createRequire(new URL('../../packages/operations/package.json', import.meta.url));
      const { ttf2eot } = require('fonteditor-core');
      const ttf = kit.read('ttf');
      kit.write('eot', Buffer.from(ttf2eot(ttf.buffer.slice(ttf.byteOffset, ttf.byteOffset + ttf.length))));
    },
  },
];
