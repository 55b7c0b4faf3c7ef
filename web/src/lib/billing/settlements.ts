import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page, wholeRows } from '#lib/platform/list.ts';
import { answerOf, link, oneWith, type Offered, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, statesOf } from '#lib/workflow/documents.ts';

const ON_SETTLEMENT = {
  trips: link('trip_id', 'trips', 'number'),
  drivers: link('driver_id', 'drivers', 'name'),
};

export type Settlement = With<Tables<'settlements'>, typeof ON_SETTLEMENT>;

export async function listSettlements(list: ListQuery) {
  const status = oneOf(statesOf('settlement'), list.filters.status);
  const { customer } = list.filters;
  let query = supabase
    .from('settlements')
    .select(wholeRows(customer && 'trips!inner(trip_stops!inner())'));
  if (customer) query = query.eq('trips.trip_stops.customer_id', customer);
  if (status) query = inStates(query, 'settlement', [status]);
  if (list.search) query = query.in('number', await findNumbers('settlement', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_SETTLEMENT,
  );
}

export function readSettlement(id: string): Promise<Offered<Settlement> | null> {
  return oneWith(
    supabase.from('settlements').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_SETTLEMENT,
  );
}

/** The cash of a trip: its settlement, if there is one, and whether the reader may hand it in now. */
export async function cashOf(tripId: string) {
  const [settlement, trip] = await Promise.all([
    answerOf(supabase.from('settlements').select('*').eq('trip_id', tripId).maybeSingle()),
    answerOf(supabase.from('trips').select('id,allowed_commands').eq('id', tripId).maybeSingle()),
  ]);
  return {
    settlement,
    mayHandIn: trip?.allowed_commands?.includes('submit_settlement') ?? false,
  };
}

export function submitSettlement(tripId: string, handedIn: number, notes: string | null) {
  return command('submit_settlement', { trip_id: tripId, handed_in: handedIn, notes });
}

export function approveSettlement(settlement: Tables<'settlements'>, counted: number) {
  return command('approve_settlement', {
    settlement_id: settlement.id,
    counted,
    expected_version: settlement.version,
  });
}
