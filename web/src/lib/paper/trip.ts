import type { Json, Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import { keptBy } from './desk.ts';
import { type Kind, readOne } from './kind.ts';
import { inUnits, or } from './parts.ts';

interface Stop {
  sequence: number;
  printed: Json;
  orders: { number: string } | null;
  customer_addresses: {
    label: string;
    street: string;
    city: string;
    customers: { name: string } | null;
  } | null;
}

type Trip = Pick<Tables<'trips'>, 'number' | 'status' | 'planned_start_at' | 'printed'> & {
  warehouses: { name: string } | null;
  vehicles: { registration: string } | null;
  drivers: { name: string } | null;
  trip_stops: Stop[];
  loads: {
    depot_confirmed_at: string | null;
    driver_confirmed_at: string | null;
    load_items: {
      expected: number;
      products: { name: string; sku: string; unit: string } | null;
    }[];
  } | null;
};

const TRIP =
  'trips?select=number,status,planned_start_at,printed,warehouses(name),vehicles(registration),drivers(name),' +
  'trip_stops(sequence,printed,orders(number),customer_addresses(label,street,city,customers(name))),' +
  'loads(depot_confirmed_at,driver_confirmed_at,load_items(expected,products(name,sku,unit)))' +
  '&trip_stops.order=sequence';

/** What goes onto the van, to be counted by both sides; a paper of the house. */
export const loadSheet: Kind<Trip> = {
  read: (door, id) => readOne<Trip>(door, TRIP, id),
  sellerOf: (trip) => keptBy(trip)?.seller,
  pageOf: (id) => `${DOCUMENTS.trip.page}/${id}`,
  write: (trip, desk) => {
    const { say } = desk;
    const load = trip.loads;
    const isCounted = !!load?.depot_confirmed_at && !!load.driver_confirmed_at;
    // Whoever counts does not see what is expected, unless the company wants it shown.
    const shows = isCounted || desk.company.business_rules['trips.counts_show_expected'] === true;
    const items = [...(load?.load_items ?? [])].sort((one, other) =>
      (one.products?.name ?? '').localeCompare(other.products?.name ?? ''),
    );
    return {
      title: say('load_sheet'),
      number: trip.number,
      facts: [
        { label: say('leaves'), value: desk.dateTime(trip.planned_start_at) },
        { label: say('from'), value: or(trip.warehouses?.name) },
        { label: say('vehicle'), value: or(trip.vehicles?.registration) },
        { label: say('driver'), value: or(trip.drivers?.name) },
      ],
      tables: [
        {
          columns: [
            { label: say('code') },
            { label: say('product') },
            ...(shows ? [{ label: say('expected'), isFigure: true }] : []),
            { label: say('counted'), isFigure: true },
          ],
          rows: items.map(({ expected, products: product }) => [
            product?.sku ?? '',
            product?.name ?? '',
            ...(shows ? [inUnits(desk, expected, product?.unit)] : []),
            isCounted ? desk.quantity(expected) : '________',
          ]),
        },
        {
          heading: say('stops'),
          columns: [
            { label: '' },
            { label: say('customer') },
            { label: say('address') },
            { label: say('order') },
          ],
          rows: trip.trip_stops.map((stop) => {
            const kept = keptBy(stop);
            const address = kept ? kept.address : stop.customer_addresses;
            return [
              `${stop.sequence}.`,
              kept?.name ?? stop.customer_addresses?.customers?.name ?? '',
              [address?.street, address?.city].filter(Boolean).join(', '),
              stop.orders?.number ?? '',
            ];
          }),
        },
      ],
      signs: [say('counted_for_the_depot'), say('counted_by_the_driver_word')],
    };
  },
};
