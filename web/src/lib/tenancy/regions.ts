/** What a company chooses from for its clock, its money and how it writes both. */
export const zones = Intl.supportedValuesOf('timeZone').map((zone) => ({
  value: zone,
  label: zone,
}));
export const currencies = Intl.supportedValuesOf('currency').map((code) => ({
  value: code,
  label: code,
}));
export const locales = [
  { value: 'en-KE', label: 'English (Kenya)' },
  { value: 'en-TZ', label: 'English (Tanzania)' },
  { value: 'en-UG', label: 'English (Uganda)' },
  { value: 'en-GB', label: 'English (United Kingdom)' },
  { value: 'en-US', label: 'English (United States)' },
  { value: 'sw-KE', label: 'Kiswahili (Kenya)' },
  { value: 'sw-TZ', label: 'Kiswahili (Tanzania)' },
];
