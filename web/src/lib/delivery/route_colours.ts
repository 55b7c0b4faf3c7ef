/** The colours of routes on board and map, by the place of the van: tokens of the portal. */
const COLOURS = ['brand', 'info', 'warn', 'bad', 'good', 'mark', 'nav-soft', 'edge'] as const;

export function colourOf(place: number): string {
  return COLOURS[(place - 1) % COLOURS.length] ?? 'brand';
}
