import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { having, type ListQuery } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { listDocuments } from '#lib/workflow/list.ts';

const WITH_TRIP = '*,trips(number),drivers(name)';

export type Settlement = Awaited<ReturnType<typeof listSettlements>>['rows'][number];

export function listSettlements(list: ListQuery) {
  const { customer } = list.filters;
  let query = supabase
    .from('settlements')
    .select(having(WITH_TRIP, customer && 'had:trips!inner(trip_stops!inner())'));
  if (customer) query = query.eq('had.trip_stops.customer_id', customer);
  return listDocuments('settlement', list, query);
}

export function readSettlement(id: string) {
  return answerOf(
    supabase.from('settlements').select(`${WITH_TRIP},allowed_commands`).eq('id', id).maybeSingle(),
  );
}

/** The cash of a trip: its settlement, if there is one, and whether the reader may hand it in now. */
export async function cashOf(tripId: string) {
  const trip = await answerOf(
    supabase.from('trips').select('allowed_commands,settlements(*)').eq('id', tripId).maybeSingle(),
  );
  return {
    settlement: trip?.settlements ?? null,
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
