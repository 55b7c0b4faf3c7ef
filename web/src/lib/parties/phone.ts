import type { CountryCode } from 'libphonenumber-js/min';
import { PortalError } from '#lib/errors.ts';
import { session } from '#lib/platform/session.svelte.ts';

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
    message: 'This is not a phone number.',
    hint: 'Example: 0712 345 678 or +254712345678.',
    details: { phone: text },
  });
}
