import { ask } from '#lib/platform/command.ts';
import { label } from '#lib/platform/format.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentNames, statesOf } from '#lib/workflow/documents.ts';

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
  'order.pending_approval': ['Orders to approve', 'sent by colleagues'],
  'order.approved': ['Orders to allocate', 'approved, no stock reserved yet'],
  'order.allocated': ['Orders for a trip', 'stock reserved'],
  'order.in_transit': ['Orders on the road', 'in transit now'],
  'trip.planned': ['Trips to load', 'planned, not dispatched'],
  'offload.submitted': ['Offloads to review', 'counted by the driver'],
  'variance.pending_review': ['Variances to decide', 'differences found'],
  'customer.pending_approval': ['Customers to approve', 'entered by colleagues'],
  'invoice.draft': ['Invoices to issue', 'drafted by deliveries'],
  'invoice.overdue': ['Overdue invoices', 'past their due date'],
  'payment.pending': ['Payments to approve', 'recorded by colleagues'],
  'stock_count.counting': ['Counts to finish', 'people are counting'],
  'stock_count.counted': ['Counts to approve', 'differences are known'],
  'stock_count.recounting': ['Recounts to finish', 'some lines once more'],
  'stock_count.approved': ['Counts to post', 'approved'],
  'transfer.dispatched': ['Transfers to receive', 'on their way'],
  'transfer.partially_received': ['Transfers to complete', 'a part has come'],
  'adjustment.pending_approval': ['Adjustments to approve', 'of stock'],
};

const PLACES = documentNames.flatMap((name) => statesOf(name).map((state) => `${name}.${state}`));

/** The figures that the reader may see, those that wait for him first. */
export async function figures(): Promise<Figure[]> {
  const waiting = await ask('waiting', {});
  return waiting
    .map((kind) => {
      const name = `${kind.machine}.${kind.state}`;
      const [text, note] = WORDS[name] ?? [`${label(kind.machine)}: ${label(kind.state)}`, ''];
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
