/** A plan as a picture: one colour per route, numbered stops, a legend. */
import type { LonLat, VroomRoute, VroomSolution } from './types.ts';

const SIZE = 900;
const MARGIN = 30;
const LEGEND = 300;
/** Steps of the golden angle keep neighbouring routes apart in hue. */
const hue = (rank: number): string => `hsl(${Math.round((rank * 137.508) % 360)} 65% 42%)`;

/** `undefined` where the answer has no coordinates to draw. */
export function drawPlan(solution: VroomSolution, title: string): string | undefined {
  const points = [
    ...solution.routes.flatMap((route) => route.steps.map((step) => step.location)),
    ...solution.unassigned.map((entry) => entry.location),
  ].filter((point) => point !== undefined);
  if (points.length === 0) return undefined;
  const { onMap, tall } = projection(points);
  const { summary } = solution;
  const height = Math.ceil(Math.max(tall, 90 + 22 * (solution.routes.length + 2)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE + LEGEND} ${height}" ` +
      `width="${SIZE + LEGEND}" height="${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...solution.routes.map((route, rank) => drawRoute(route, hue(rank), onMap)),
    ...solution.unassigned.map((entry) => drawLeftOut(entry.location, entry.id, onMap)),
    `<g transform="translate(${SIZE + 10} 40)">`,
    `<text font-size="16" font-weight="600">${escapeXml(title)}</text>`,
    `<text y="24" fill="#444">cost ${summary.cost} · ${summary.routes} routes · ` +
      `${summary.unassigned} left out</text>`,
    ...solution.routes.map((route, rank) => legendLine(route, rank)),
    `</g>`,
    `</svg>`,
    '',
  ].join('\n');
}

type OnMap = (point: LonLat) => string;

function projection(points: LonLat[]): { onMap: OnMap; tall: number } {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  const earth = Math.abs(west) <= 180 && east <= 180 && Math.abs(south) <= 90 && north <= 90;
  // A degree of longitude shrinks with latitude; a plane's coordinates do not.
  const squeeze = earth ? Math.cos((((south + north) / 2) * Math.PI) / 180) : 1;
  const scale =
    (SIZE - 2 * MARGIN) / Math.max((east - west) * squeeze, north - south, Number.EPSILON);
  const onMap: OnMap = ([x, y]) =>
    `${(MARGIN + (x - west) * squeeze * scale).toFixed(1)},${(MARGIN + (north - y) * scale).toFixed(1)}`;
  return { onMap, tall: 2 * MARGIN + (north - south) * scale };
}

function drawRoute(route: VroomRoute, colour: string, onMap: OnMap): string {
  const placed = route.steps.filter((step) => step.location !== undefined);
  const line = placed.map((step) => onMap(step.location!)).join(' ');
  let number = 0;
  const stops = placed.map((step) => {
    const [x, y] = onMap(step.location!).split(',');
    if (step.type === 'start' || step.type === 'end') {
      return `<rect x="${Number(x) - 5}" y="${Number(y) - 5}" width="10" height="10" fill="#111"/>`;
    }
    number++;
    const about = `${number}. ${step.type} ${step.id}, arrival ${clock(step.arrival)}`;
    return (
      `<circle cx="${x}" cy="${y}" r="4.5" fill="${colour}">` +
      `<title>${escapeXml(about)}</title></circle>`
    );
  });
  return (
    `<g><polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2" ` +
    `stroke-linejoin="round" opacity="0.75"/>${stops.join('')}</g>`
  );
}

function drawLeftOut(point: LonLat | undefined, id: number, onMap: OnMap): string {
  if (!point) return '';
  const [x, y] = onMap(point).split(',').map(Number) as [number, number];
  return (
    `<path d="M${x - 5},${y - 5}l10,10m0,-10l-10,10" stroke="#c00" stroke-width="2.5">` +
    `<title>left out: ${id}</title></path>`
  );
}

function legendLine(route: VroomRoute, rank: number): string {
  const stops = route.steps.filter((s) => !['start', 'end', 'break'].includes(s.type)).length;
  const name = route.description ?? `vehicle ${route.vehicle}`;
  const times = `${clock(route.steps[0]!.arrival)}–${clock(route.steps.at(-1)!.arrival)}`;
  return (
    `<g transform="translate(0 ${52 + 22 * rank})"><rect y="-10" width="14" height="14" rx="3" ` +
    `fill="${hue(rank)}"/><text x="22">${escapeXml(name)}: ${stops} stops, ${times}</text></g>`
  );
}

function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
