/** Draws the pictures of docs/how-it-works.md: node scripts/draw-diagrams.ts */
import { writeFileSync } from 'node:fs';
import { drawDiagram } from './diagrams/diagram.ts';
import { PICTURES } from './diagrams/pictures.ts';
import { rootFolder } from './workspace-packages.ts';

for (const [name, diagram] of Object.entries(PICTURES)) {
  writeFileSync(`${rootFolder}docs/images/${name}.svg`, drawDiagram(diagram));
}
