import { askJson } from '#lib/platform/command.ts';
import { dateTime } from '#lib/platform/format.ts';

/** What orders come to together; figures in base units, kilograms, litres and the company's currency. */
export interface Together {
  goods: {
    warehouse_id: string;
    warehouse: string;
    product_id: string;
    sku: string;
    name: string;
    unit: string;
    wanted: number;
    /** For them already. */
    reserved: number;
    /** Null for who may not look into the depot, like `missing`. */
    available: number | null;
    missing: number | null;
  }[];
  /** Null for who may not know it; without customers who pay on delivery. */
  credit:
    | {
        customer_id: string;
        code: string;
        name: string;
        credit_limit: number;
        used: number;
        added: number;
        over: number;
      }[]
    | null;
  load: { weight_kg: number; volume_l: number; units: number };
  /** The trip that they shall ride on, with what is on it and what fits; capacities are null without a vehicle. */
  trip: {
    id: string;
    number: string;
    vehicle: string | null;
    capacity_kg: number | null;
    capacity_l: number | null;
    capacity_units: number | null;
    weight_kg: number;
    volume_l: number;
    units: number;
  } | null;
  /** Trips from their depots that may still be changed; null for who plans none. */
  trips:
    | {
        id: string;
        number: string;
        planned_start_at: string;
        vehicle: string | null;
        driver: string | null;
      }[]
    | null;
}

/** What these orders come to, with a trip that they shall ride on. @throws PortalError */
export function lookTogether(orderIds: string[], tripId: string | null): Promise<Together> {
  return askJson<Together, 'preview_orders'>('preview_orders', {
    order_ids: orderIds,
    trip_id: tripId ?? undefined,
  });
}

/** Trips as a list to choose from offers them. */
export const tripChoices = (together: Together) =>
  (together.trips ?? []).map(({ id, number, planned_start_at, vehicle, driver }) => ({
    value: id,
    label: [number, dateTime(planned_start_at), vehicle, driver].filter(Boolean).join(', '),
  }));
