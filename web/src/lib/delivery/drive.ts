import { askJson, command } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { type Container, containersOf, ownTrips } from './delivery.ts';
import { type ChecklistItem, checklist } from './checks.ts';
import { type FailureReason, failureReasons } from './failures.ts';
import { offers } from '#lib/workflow/workflow.ts';
import { type ExpenseCategory, expenseCategories } from '#lib/operations/categories.ts';
import { type VanForSale, vanForSale } from './sales.ts';

export type DriveTrip = Awaited<ReturnType<typeof ownTrips>>[number];
export type DriveLine = Awaited<ReturnType<typeof linesOf>>[number];

/** Everything a driver needs for one trip, small enough to keep on the phone. */
export interface TripPack {
  trips: DriveTrip[];
  trip: DriveTrip | null;
  lines: DriveLine[];
  containers: Container[];
  failureReasons: FailureReason[];
  /** What is looked at on the van; empty where that was done. */
  checklist: ChecklistItem[];
  /** What money is spent on. */
  categories: ExpenseCategory[];
  /** Null where nothing is sold from the van now. */
  van: VanForSale | null;
}

/** The driver's trip with everything on it. */
export async function readDrive(
  userId: string,
  role: string | null,
  wanted?: string,
): Promise<TripPack> {
  const trips = await ownTrips(userId, role);
  const trip =
    trips.find((item) => item.id === wanted) ??
    trips.find((item) => item.status === 'in_progress') ??
    trips[0] ??
    null;
  if (!trip) {
    return {
      trips,
      trip,
      lines: [],
      containers: [],
      failureReasons: [],
      checklist: [],
      categories: [],
      van: null,
    };
  }
  const [lines, reasons, items, categories, van] = await Promise.all([
    linesOf(trip.id),
    failureReasons(),
    offers(trip, 'check_vehicle') ? checklist() : [],
    offers(trip, 'record_trip_expense') ? expenseCategories() : [],
    offers(trip, 'sell_from_van') ? vanForSale(trip.id) : null,
  ]);
  const containers = await containersOf([
    ...lines.map((line) => line.products),
    ...(van?.products ?? []),
  ]);
  return {
    trips,
    trip,
    lines,
    containers,
    failureReasons: reasons,
    checklist: items,
    categories,
    van,
  };
}

/** What goes to the doors of a trip, line by line. */
function linesOf(tripId: string) {
  return rows(
    supabase
      .from('order_items')
      .select(
        'id,order_id,line_number,quantity,unit_price,tax_rate,price_includes_tax,product_id,products(name,sku,unit,tracking,container_product_id),orders!inner(trip_stops!inner())',
      )
      .eq('orders.trip_stops.trip_id', tripId)
      .order('line_number')
      .limit(1000),
  );
}

export function startTrip(trip: DriveTrip) {
  return command('start_trip', { trip_id: trip.id, expected_version: trip.version });
}

/** The code of a stop as it is typed, and what was answered. */
export interface CodeEntry {
  code: string;
  /** Why there is none. */
  because: string;
  /** What was asked of the server, or kept for it. */
  answered: string;
  isRight: boolean;
  /** Null: nobody could be asked. */
  triesLeft: number | null;
}

/** Enters the code that the customer of an order told his driver; asks once, a phone keeps it otherwise. */
export function enterCode(
  entered: { order_id: string; code: string; captured_at: string },
  key: string,
): Promise<{ is_right: boolean; tries_left: number }> {
  return askJson<{ is_right: boolean; tries_left: number }, 'enter_delivery_code'>(
    'enter_delivery_code',
    { ...entered, idempotency_key: key },
  );
}

/** What to collect at a stop, worked out by the database from what is typed. */
export interface Due {
  /** With tax. */
  goods: number;
  /** With tax. */
  delivery_fee: number;
  /** Below zero when more comes back than goes out. */
  deposits: number;
  total: number;
  /** Money that was recorded for this order already. */
  prepaid: number;
  /** 0 for customers with days to pay. */
  to_collect: number;
}

export function quoteDelivery(
  orderId: string,
  items: { order_item_id: string; delivered: number }[],
  empties: { product_id: string; quantity: number }[],
): Promise<Due> {
  return askJson<Due, 'quote_delivery'>('quote_delivery', { order_id: orderId, items, empties });
}
