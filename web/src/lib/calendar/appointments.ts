import { APPOINTMENT_OUTCOME } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { askJson, command, commandNamed } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { documentList } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

export const OUTCOMES = choices(APPOINTMENT_OUTCOME);

const WITH_OTHERS =
  '*,appointment_types(id,name,place),users(id,full_name),leads(id,number,status,first_name,last_name),deals(id,number,status,title),customers(id,code,name,status)';

export const APPOINTMENTS = documentList('appointment', {
  sort: '-starts_at',
  sortable: ['starts_at'],
  search: {
    label: m.number_or_place(),
    means: (typed) => [anyLike(typed, 'number', 'place_text')],
  },
  filters: [
    { name: 'when', label: m.when(), kind: 'moment', column: 'starts_at' },
    personFilter('who', m.person(), 'agent_id', 'user_id'),
    {
      name: 'outcome',
      label: m.label_outcome(),
      kind: 'choice',
      options: OUTCOMES,
      optional: true,
      more: true,
    },
  ],
});

export type AppointmentRow = Awaited<ReturnType<typeof listAppointments>>['rows'][number];
export type Appointment = NonNullable<Awaited<ReturnType<typeof readAppointment>>>;

export function listAppointments(list: ListQuery) {
  return readPage(APPOINTMENTS, list, (relations) =>
    supabase.from('appointments').select(having(WITH_OTHERS, relations)),
  );
}

export function readAppointment(id: string) {
  return answerOf(
    supabase
      .from('appointments')
      .select(`${WITH_OTHERS},allowed_commands`)
      .eq('id', id)
      .maybeSingle(),
  );
}

/** Whom an appointment is with. */
export const withWhom = (
  row: Pick<AppointmentRow, 'leads' | 'deals' | 'customers' | 'appointment_types'>,
): string =>
  row.customers?.name ??
  row.deals?.title ??
  [row.leads?.first_name, row.leads?.last_name].filter(Boolean).join(' ');

export function appointmentTypes() {
  return rows(
    supabase.from('appointment_types').select('*').eq('is_active', true).order('name').limit(200),
  );
}

/** A free time, and why it is where it stands among them. */
export interface Slot {
  starts_at: string;
  ends_at: string;
  user_id: string;
  person: string;
  added_seconds: number;
  reason: keyof typeof REASONS;
}

const REASONS = {
  on_the_way: m.it_lies_on_the_way,
  longer_way: m.it_is_a_longer_way,
  as_wished: m.as_wished,
  fewest_appointments: m.this_person_has_fewest,
  earliest: m.the_earliest,
};

export const reasonOf = (slot: Slot): string =>
  slot.added_seconds > 0
    ? m.reason_and_minutes({
        reason: REASONS[slot.reason](),
        minutes: Math.round(slot.added_seconds / 60),
      })
    : REASONS[slot.reason]();

export interface Place {
  latitude: number | null;
  longitude: number | null;
}

/** The best free times of the two weeks from a moment on. */
export async function freeSlots(typeId: string, from: Date, place: Place, appointmentId?: string) {
  const slots = await askJson<Slot[], 'free_slots'>('free_slots', {
    type_id: typeId,
    from_at: from.toISOString(),
    until_at: new Date(from.getTime() + 14 * 86_400_000).toISOString(),
    latitude: place.latitude ?? undefined,
    longitude: place.longitude ?? undefined,
    appointment_id: appointmentId,
  });
  return slots;
}

export interface AppointmentEntry extends Place {
  type: string;
  with: { kind: 'customer' | 'lead' | 'deal'; id: string; name: string } | null;
  agent: string;
  starts: string;
  place: string;
  notes: string;
}

export const createAppointment = (entry: AppointmentEntry) =>
  command('create_appointment', {
    type_id: entry.type,
    starts_at: entry.starts,
    agent_id: orNull(entry.agent),
    ...(entry.with && { [`${entry.with.kind}_id`]: entry.with.id }),
    place_text: orNull(entry.place),
    latitude: entry.latitude,
    longitude: entry.longitude,
    notes: orNull(entry.notes),
  });

export const rescheduleAppointment = (
  id: string,
  version: number,
  to: { starts: string; minutes?: number | null; agent?: string | null },
) =>
  command('reschedule_appointment', {
    appointment_id: id,
    starts_at: to.starts,
    minutes: to.minutes ?? null,
    agent_id: to.agent ?? null,
    expected_version: version,
  });

export const completeAppointment = (
  appointment: Pick<Appointment, 'id' | 'version'>,
  entry: { outcome: Enums<'appointment_outcome'> | ''; note: string },
) =>
  command('complete_appointment', {
    appointment_id: appointment.id,
    outcome: entry.outcome as Enums<'appointment_outcome'>,
    note: orNull(entry.note),
    expected_version: appointment.version,
  });

/** A link by which the other side confirms, moves or cancels. */
export async function linkToAppointment(id: string): Promise<string> {
  const { token } = await commandNamed<{ token: string }>('share_appointment', {
    appointment_id: id,
  });
  return `${location.origin}/booked#token=${token}`;
}

/** A new link by which people without an account book a kind of appointment. */
export async function bookingLink(typeId: string): Promise<string> {
  const { token } = await commandNamed<{ token: string }>('share_appointment_type', {
    type_id: typeId,
  });
  return `${location.origin}/book#token=${token}`;
}

export const appointmentCommands = {
  schedule: { label: m.accept(), variant: 'primary', done: m.the_appointment_is_scheduled() },
  confirm: {
    label: m.it_is_confirmed(),
    variant: 'primary',
    done: m.the_appointment_is_confirmed(),
  },
  complete: { label: m.it_took_place(), variant: 'primary' },
  reschedule: { label: m.move_to_another_time() },
  share: { label: m.link() },
  miss: {
    label: m.nobody_came(),
    done: m.the_appointment_was_missed(),
    asks: { title: m.nobody_came(), reason: 'none' },
  },
  release: {
    label: m.make_room(),
    done: m.the_time_is_free_again(),
    asks: { title: m.make_room(), reason: 'required' },
  },
  cancel: {
    label: m.cancel(),
    variant: 'danger',
    done: m.the_appointment_was_cancelled(),
    asks: { title: m.cancel_this_appointment(), reason: 'required' },
  },
} satisfies Looks<'appointment'>;
