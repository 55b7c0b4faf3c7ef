import type { Enums } from '#lib/database.types.ts';
import { askJson } from '#lib/platform/command.ts';
import { language } from '#lib/words.ts';

/** What a booking link offers. */
export interface Offer {
  company: string;
  timezone: string;
  name: string;
  place: Enums<'appointment_place'>;
  minutes: number;
  needs_approval: boolean;
  slots: string[];
}

/** An appointment, as whoever has its link is told. */
export interface Booked {
  company: string;
  timezone: string;
  name: string;
  number: string;
  status: Enums<'appointment_status'>;
  starts_at: string;
  ends_at: string;
  place: Enums<'appointment_place'>;
  place_text: string | null;
  is_open?: boolean;
  slots?: string[];
}

export interface BookingEntry {
  first: string;
  last: string;
  email: string;
  phone: string;
  place: string;
  notes: string;
}

export const bookingOffer = (token: string, day: string | null) =>
  askJson<Offer, 'booking_offer'>('booking_offer', { token, from_day: day ?? undefined });

export const book = (token: string, startsAt: string, entry: BookingEntry) =>
  askJson<Booked & { token: string }, 'book_appointment'>('book_appointment', {
    token,
    starts_at: startsAt,
    first_name: entry.first.trim(),
    email: entry.email.trim(),
    last_name: entry.last.trim() || undefined,
    phone: entry.phone.trim() || undefined,
    notes: entry.notes.trim() || undefined,
    place_text: entry.place.trim() || undefined,
  });

export const booked = (token: string) =>
  askJson<Booked, 'booked_appointment'>('booked_appointment', { token });

export const moveBooking = (token: string, startsAt: string) =>
  askJson<Booked, 'reschedule_booking'>('reschedule_booking', { token, starts_at: startsAt });

export const confirmBooking = (token: string) =>
  askJson<Booked, 'confirm_booking'>('confirm_booking', { token });

export const cancelBooking = (token: string, reason: string) =>
  askJson<Booked, 'cancel_booking'>('cancel_booking', { token, reason });

const format = (timezone: string, how: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(`${language}-KE`, { timeZone: timezone, ...how });

/** In the time of the company: whoever comes is there. */
export const momentAt = (at: string, timezone: string): string =>
  format(timezone, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(at));

export const hourAt = (at: string, timezone: string): string =>
  format(timezone, { timeStyle: 'short' }).format(new Date(at));

/** Free times by the day on which they are. */
export function byDay(slots: string[], timezone: string): { day: string; slots: string[] }[] {
  const days: { day: string; slots: string[] }[] = [];
  const name = format(timezone, { weekday: 'long', day: 'numeric', month: 'long' });
  for (const slot of slots) {
    const day = name.format(new Date(slot));
    if (days.at(-1)?.day !== day) days.push({ day, slots: [] });
    days.at(-1)?.slots.push(slot);
  }
  return days;
}
