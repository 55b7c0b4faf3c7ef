import { LEAVE_KIND } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

export const KINDS = choices(LEAVE_KIND);

const WITH_PERSON = '*,users(id,full_name)';

export type LeaveRow = Awaited<ReturnType<typeof listLeave>>['rows'][number];
export type Leave = NonNullable<Awaited<ReturnType<typeof readLeave>>>;

export const LEAVE = documentList('leave_request', {
  sort: '-from_on',
  sortable: ['from_on', 'until_on', 'days'],
  filters: [
    { ...personFilter('who', m.person(), 'person_id', 'user_id') },
    { name: 'kind', label: m.kind(), kind: 'choice', options: KINDS },
    { name: 'from', label: m.first_day(), kind: 'day', column: 'from_on' },
    { name: 'until', label: m.last_day(), kind: 'day', column: 'until_on', more: true },
    enteredFilter(),
  ],
});

export function listLeave(list: ListQuery) {
  return readPage(LEAVE, list, (relations) =>
    supabase.from('leave_requests').select(having(WITH_PERSON, relations)),
  );
}

export function readLeave(id: string) {
  return answerOf(
    supabase
      .from('leave_requests')
      .select(`${WITH_PERSON},allowed_commands`)
      .eq('id', id)
      .maybeSingle(),
  );
}

/** Who is away, as far as the reader may know. */
export const whoIsAway = (row: Pick<LeaveRow, 'users'>): string =>
  row.users?.full_name ?? m.somebody();

export const leaveCommands = {
  approve: { label: m.approve(), variant: 'primary', done: m.the_leave_is_approved() },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_leave_is_rejected(),
    asks: { title: m.reject_this_leave(), reason: 'required' },
  },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_leave_is_called_off(),
    asks: { title: m.call_this_leave_off(), reason: 'required' },
  },
} satisfies Looks<'leave_request'>;

export interface LeaveEntry {
  person: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  kind: Enums<'leave_kind'>;
  from: string;
  until: string;
  note: string;
}

export const askForLeave = (entry: LeaveEntry) =>
  command('create_leave_request', {
    from_on: entry.from,
    until_on: entry.until || entry.from,
    kind: entry.kind,
    person_id: entry.person?.account ?? null,
    note: orNull(entry.note),
  });
