import type { CountryCode } from 'libphonenumber-js/min';
import { session } from '#lib/platform/session.svelte.ts';

/** A number as people write it, in E.164; null when it cannot be one. */
export async function toE164(text: string): Promise<string | null> {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const country = (session.tenant?.locale.split('-')[1] ?? 'KE') as CountryCode;
  const number = parsePhoneNumberFromString(text, country);
  return number?.isPossible() ? number.number : null;
}
