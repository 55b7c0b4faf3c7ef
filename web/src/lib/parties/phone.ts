import type { CountryCode } from 'libphonenumber-js/min';
import { PortalError } from '#lib/errors.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { m } from '#lib/words.ts';

/**
 * What a form field for a telephone number says, as people write it, in E.164; null when it is empty.
 * @throws PortalError
 */
export async function phoneField(text: string): Promise<string | null> {
  if (text.trim() === '') return null;
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const country = (session.tenant?.locale.split('-')[1] ?? 'KE') as CountryCode;
  const number = parsePhoneNumberFromString(text, country);
  if (number?.isPossible()) return number.number;
  throw new PortalError({
    key: 'phone_invalid',
    status: 422,
    message: m.this_is_not_a_phone_number(),
    hint: m.example_0712_345_678_or_254712345678(),
    details: { phone: text },
  });
}
