import { STOP_STATUS } from '#lib/choices.ts';
import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, inUseFilter } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { m } from '#lib/words.ts';

export type FailureReason = Tables<'failure_reasons'>;

export const FAILURE_REASONS: ListShape = {
  table: 'failure_reasons',
  sort: 'name',
  sortable: ['name', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [inUseFilter],
};

export function listFailureReasons(list: ListQuery) {
  return readPage(FAILURE_REASONS, list, () => supabase.from('failure_reasons').select('*'));
}

/** Those that can be chosen. */
export function failureReasons(): Promise<FailureReason[]> {
  return rows(
    supabase.from('failure_reasons').select('*').eq('is_active', true).order('name').limit(200),
  );
}

export interface FailureEntry {
  name: string;
  needs_note: boolean;
  is_active: boolean;
}

export function createFailureReason(entry: FailureEntry) {
  return answerOf(supabase.from('failure_reasons').insert(entry));
}

export function changeFailureReason(id: string, entry: FailureEntry) {
  return answerOf(supabase.from('failure_reasons').update(entry).eq('id', id));
}

/** Puts the open stops of a trip in the order of these orders. */
export function reorderStops(trip: { id: string; version: number }, orderIds: string[]) {
  return command('reorder_stops', {
    trip_id: trip.id,
    order_ids: orderIds,
    expected_version: trip.version,
  });
}

/** What the office knows of a stop by telephone, written down for its driver. */
type StopState = Exclude<Enums<'stop_status'>, 'pending'>;
export const STOP_STATES = STOP_STATUS.filter((state): state is StopState => state !== 'pending');

export interface ToldStop {
  state: StopState | '';
  failureReasonId: string;
  note: string;
  receivedBy: string;
}

/** Sets the state of a stop from the office: delivered is all of it, without proof, and says why. */
export async function setStop(orderId: string, told: ToldStop) {
  if (told.state === 'arrived') return command('arrive_at_stop', { order_id: orderId });
  if (told.state === 'failed') {
    return command('fail_delivery', {
      order_id: orderId,
      failure_reason_id: told.failureReasonId,
      reason: orNull(told.note),
    });
  }
  const lines = await rows(
    supabase.from('order_items').select('id,quantity').eq('order_id', orderId).limit(1000),
  );
  return command('complete_delivery', {
    order_id: orderId,
    items: lines.map((line) => ({ order_item_id: line.id, delivered: Number(line.quantity) })),
    received_by: told.receivedBy.trim(),
    unproved_because: told.note.trim(),
    // Counts only where a code is asked for.
    no_code_because: told.note.trim(),
  });
}
