import { APPOINTMENTS, listAppointments } from '#lib/calendar/appointments.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:appointment');
  const list = readList(url, APPOINTMENTS);
  return reading(async () => ({ appointments: await listAppointments(list) }));
}
