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
  wps: 'doc',
};
