import { ask } from '#lib/platform/command.ts';
import { label } from '#lib/platform/label.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentNames, statesOf } from '#lib/workflow/documents.ts';
import { m, terms } from '#lib/words.ts';

/** A number on the dashboard and the list behind it. */
export interface Figure {
  label: string;
  note: string;
  href: string;
  count: number;
  /** True when the reader is the one it waits for. */
  waiting: boolean;
}

/** What is waiting, in words; a kind of document that has none is named by its state. */
const WORDS: Record<string, [label: string, note: string]> = {
  'order.pending_approval': [m.orders_to_approve(terms), m.sent_by_colleagues()],
  'order.approved': [m.orders_to_allocate(terms), m.approved_no_stock_reserved_yet()],
  'order.allocated': [m.orders_for_a_trip(terms), m.stock_reserved()],
  'order.in_transit': [m.orders_on_the_road(terms), m.in_transit_now()],
  'trip.planned': [m.trips_to_load(terms), m.planned_not_dispatched()],
  'offload.submitted': [m.offloads_to_review(), m.counted_by_the_driver(terms)],
  'variance.pending_review': [m.variances_to_decide(), m.differences_found()],
  'customer.pending_approval': [m.customers_to_approve(terms), m.entered_by_colleagues()],
  'invoice.draft': [m.invoices_to_issue(terms), m.drafted_by_deliveries()],
  'invoice.overdue': [m.overdue_invoices(terms), m.past_their_due_date()],
  'payment.pending': [m.payments_to_approve(), m.recorded_by_colleagues()],
  'stock_count.counting': [m.counts_to_finish(), m.people_are_counting()],
  'stock_count.counted': [m.counts_to_approve(), m.differences_are_known()],
  'stock_count.recounting': [m.recounts_to_finish(), m.some_lines_once_more()],
  'stock_count.approved': [m.counts_to_post(), 'approved'],
  'transfer.dispatched': [m.transfers_to_receive(), m.on_their_way()],
  'transfer.partially_received': [m.transfers_to_complete(), m.a_part_has_come()],
  'adjustment.pending_approval': [m.adjustments_to_approve(), m.of_stock()],
};

/** What waits in a state, and why it is there. */
export const waitingInWords = (machine: string, state: string): [label: string, note: string] =>
  WORDS[`${machine}.${state}`] ?? [`${label(machine)}: ${label(state)}`, ''];

const PLACES = documentNames.flatMap((name) => statesOf(name).map((state) => `${name}.${state}`));

/** The figures that the reader may see, those that wait for him first. */
export async function figures(): Promise<Figure[]> {
  const waiting = await ask('waiting', {});
  return waiting
    .map((kind) => {
      const name = `${kind.machine}.${kind.state}`;
      const [text, note] = waitingInWords(kind.machine, kind.state);
      return {
        label: text,
        note,
        href: `${kind.page}?status=${kind.state}`,
        count: kind.documents,
        waiting: kind.documents > 0 && kind.is_mine === true,
        // That nothing waits for somebody else is no news.
        isNews: kind.documents > 0 || kind.is_mine !== false,
        place: PLACES.indexOf(name),
      };
    })
    .filter((figure) => figure.isNews)
    .sort((a, b) => Number(b.waiting) - Number(a.waiting) || a.place - b.place);
}

/** How far the trips on the road have come: done and all stops per trip. */
export async function progressOf(tripIds: string[]): Promise<Map<string, [number, number]>> {
  if (tripIds.length === 0) return new Map();
  const stops = await rows(
    supabase.from('trip_stops').select('trip_id,left_at').in('trip_id', tripIds).limit(1000),
  );
  const progress = new Map<string, [number, number]>();
  for (const stop of stops) {
    const [done, all] = progress.get(stop.trip_id) ?? [0, 0];
    progress.set(stop.trip_id, [done + Number(stop.left_at !== null), all + 1]);
  }
  return progress;
}
