import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { driverFilter } from '#lib/delivery/filters.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter, searchedBy } from '#lib/workflow/list.ts';
import { m, terms } from '#lib/words.ts';

const WITH_TRIP = '*,trips(number),drivers(name)';

export type Settlement = Awaited<ReturnType<typeof listSettlements>>['rows'][number];

export const SETTLEMENTS = documentList('settlement', {
  sortable: ['difference'],
  search: searchedBy('settlement', m.number_or_customer(terms)),
  filters: [
    {
      ...customerFilter,
      through: { has: 'trip_stops', own: 'trip_id', their: 'trip_id', path: 'trips(trip_stops)' },
    },
    driverFilter,
    enteredFilter(m.handed_in_at()),
    {
      name: 'difference',
      label: m.difference(),
      kind: 'number',
      unit: 'money',
      optional: true,
      more: true,
    },
  ],
});

export function listSettlements(list: ListQuery) {
  return readPage(SETTLEMENTS, list, (relations) =>
    supabase.from('settlements').select(having(WITH_TRIP, relations)),
  );
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
