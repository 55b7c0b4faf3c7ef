import { readAppointment } from '#lib/calendar/appointments.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('appointment', readAppointment, {
  with: ['lead', 'deal', 'customer'],
});
