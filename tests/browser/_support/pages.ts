import { readdir } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { SUBJECTS } from '../../../web/src/lib/documents.ts';
import type { Row } from '../../api/client.ts';
import type { BusyDay } from './busy_day.ts';

const ROUTES = join(import.meta.dirname, '../../../web/src/routes/(app)');
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Records that show most of what their page can show; of the others the newest is shown. */
const SHOWN: Record<string, (day: BusyDay) => Row[]> = {
  '/orders/[id=uuid]': (day) => [day.draft, day.delivered],
  '/orders/[id=uuid]/edit': (day) => [day.draft],
  '/orders/templates/[id=uuid]': (day) => [day.template],
  '/trips/[id=uuid]': (day) => [day.runningTrip, day.plannedTrip],
  '/trips/[id=uuid]/edit': (day) => [day.plannedTrip],
  '/purchases/[id=uuid]': (day) => day.purchases,
  '/purchases/[id=uuid]/edit': (day) => day.purchases.slice(1),
  '/assets/[id=uuid]': (day) => day.assets,
  '/assets/[id=uuid]/edit': (day) => day.assets,
  '/maintenance/[id=uuid]': (day) => day.maintenance,
  '/leave/[id=uuid]': (day) => [day.leave],
  '/proposals/[id=uuid]': (day) => day.proposals,
  '/contracts/[id=uuid]': (day) => day.contracts,
  '/tickets/[id=uuid]': (day) => day.tickets,
  '/expenses/[id=uuid]': (day) => day.expenses,
  '/expenses/[id=uuid]/edit': (day) => day.expenses.slice(1),
  '/products/[id=uuid]': (day) => [day.product],
  '/stock/counts/[id=uuid]': (day) => day.counts,
  '/stock/serials/[id=uuid]': (day) => [day.serial],
  '/stock/places/[id=uuid]': (day) => [day.company.depot],
  '/prices/[id=uuid]': (day) => [day.priceList],
  '/promotions/[id=uuid]': (day) => [day.promotion],
  '/territories/[id=uuid]': (day) => [day.territory],
  '/doors/[id=uuid]': (day) => [day.door],
  '/customers/[id=uuid]/merge': (day) => [day.customer],
  '/customers/[id=uuid]/statement': (day) => [day.customer],
  '/invoices/[id=uuid]/credit': (day) => [day.invoice],
};

/** What a page without a record needs to be told. */
const TOLD: Record<string, (day: BusyDay) => string> = {
  '/returns/new': (day) => `?order=${day.delivered.id}`,
};

async function idsFor(route: string, day: BusyDay): Promise<string[]> {
  const shown = SHOWN[route]?.(day);
  if (shown !== undefined) return shown.map((row) => row.id);
  const kind = Object.values(SUBJECTS).find(({ page }) => `${page}/[id=uuid]` === route);
  if (kind === undefined) throw new Error(`No record is named for the page ${route}`);
  const rows = await day.company
    .by('owner')
    .rows(`${kind.table}?select=id&order=created_at.desc&limit=1`);
  return rows.map((row) => row.id);
}

/** Every page of the portal that there is a file for, as somebody with all rights opens it. */
export async function officePages(day: BusyDay): Promise<string[]> {
  const files = await readdir(ROUTES, { recursive: true });
  const routes = files
    .filter((file) => basename(file) === '+page.svelte')
    .map((file) => `/${dirname(file).replaceAll(sep, '/')}`.replace(/^\/\.$/, '/'))
    .filter((route) => !/^\/(drive|platform)\b/.test(route))
    .sort();
  const pages = await Promise.all(
    routes.map(async (route) =>
      route.includes('[')
        ? (await idsFor(route, day)).map((id) => route.replace('[id=uuid]', id))
        : [route + (TOLD[route]?.(day) ?? '')],
    ),
  );
  return [...pages.flat(), `/orders/${NOBODY}`];
}

/** The pages of a driver: his trip on the road, one stop of it, and a trip that he has to count. */
export function driverPages(day: BusyDay): string[] {
  return ['/drive', `/drive/${day.onTheRoad.id}`, `/drive?trip=${day.plannedTrip.id}`];
}

/** Pages of the people who run the platform. */
export const PLATFORM = ['/platform/companies'];

/** What is seen before anybody has signed in. */
export const OUTSIDE = [
  '/sign-in',
  '/forgot-password',
  '/accept-invitation#token=unknown',
  '/reset-password#token=unknown',
  '/track#token=unknown',
  '/book#token=unknown',
  '/booked#token=unknown',
];
