// Raw photos in the layouts of their makers' own, by format.
import { cr3 } from './canon-cr3.mjs';
import { cr2, crw } from './canon.mjs';
import { fujifilm, leaf, minolta, olympus, panasonic, sony } from './makers.mjs';
import { x3f } from './sigma.mjs';

export const photos = [
  { extension: 'arw', how: "Sony's TIFF, the sensor's data below its main directory", make: sony },
  { extension: 'cr2', how: "Canon's TIFF, the sensor's data a lossless JPEG in slices", make: cr2 },
  { extension: 'cr3', how: "Canon's boxes, the sensor's data in planes of differences", make: cr3 },
  { extension: 'crw', how: "Canon's heap of records, the sensor's data in its own code", make: crw },
  { extension: 'mos', how: "Leaf's TIFF, with what the back says of itself", make: leaf },
  { extension: 'mrw', how: "Minolta's blocks, the sensor's data not packed", make: minolta },
  { extension: 'orf', how: "Olympus' TIFF, a strip for each row", make: olympus },
  { extension: 'raf', how: "Fujifilm's head, preview and list of sizes, the sensor's data not packed", make: fujifilm },
  { extension: 'rw2', how: "Panasonic's TIFF, 14 places in 16 bytes", make: panasonic },
  { extension: 'x3f', how: "Sigma's sections, three planes of differences", make: x3f },
]; // prettier-ignore
