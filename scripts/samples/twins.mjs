// Formats whose files are those of another format under another name: they share its sample.
export const twins = {
  azw: 'mobi',
  dps: 'ppt',
  et: 'xls',
  heif: 'heic',
  lzh: 'lha',
  pot: 'ppt',
  pps: 'ppt',
  prc: 'mobi',
  ssa: 'ass',
  wps: 'doc',
};

/** Where the usual sample holds something that the target cannot: a font in place of a drawing, sections in place of a list. */
export const others = {
  font: { svg: 'font.svg' },
  sections: {
    json: 'sections.json',
    json5: 'sections.json',
    yaml: 'sections.json',
    xml: 'sections.xml',
    plist: 'sample.plist',
  },
};
