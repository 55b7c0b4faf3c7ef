import { expect, test } from 'vitest';
import { idempotencyKey } from '../../scripts/replay/keys.ts';

// The namespace for names in the DNS of RFC 9562, and the key it gives for www.example.com there.
const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test('keys are UUIDs of version 5', () => {
  expect(idempotencyKey(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('another step, invoice or company has another key', () => {
  const other = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
  const keys = [
    idempotencyKey(DNS, 'order', '536365', 'create'),
    idempotencyKey(DNS, 'order', '536365', 'submit'),
    idempotencyKey(DNS, 'order', '536366', 'create'),
    idempotencyKey(other, 'order', '536365', 'create'),
  ];
  expect(new Set(keys).size).toBe(4);
});
