import { TAX_SUBMISSION_STATUS } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type TaxDevice = Tables<'tax_devices'>;
export type TaxDeviceInput = Pick<
  TaxDevice,
  'taxpayer_pin' | 'branch' | 'control_unit' | 'is_active'
>;

/** Why a document was not taken, and what to do. */
const WHY: Record<string, string> = {
  tax_device_refused: m.why_tax_device_refused(),
  tax_original_waits: m.why_tax_original_waits(),
  tax_rate_unknown: m.why_tax_rate_unknown(),
  tax_refused: m.why_tax_refused(),
  tax_unreachable: m.why_tax_unreachable(),
  tax_unwell: m.why_tax_unwell(),
};

export const whyNotTaken = (key: string): string => WHY[key] ?? key;

/** The control units of the company, the one in use first. */
export function listTaxDevices(): Promise<TaxDevice[]> {
  return rows(
    supabase
      .from('tax_devices')
      .select('*')
      .order('is_active', { ascending: false })
      .order('control_unit')
      .limit(100),
  );
}

export function addTaxDevice(input: TaxDeviceInput) {
  return answerOf(supabase.from('tax_devices').insert(input));
}

export function saveTaxDevice(device: TaxDevice, input: TaxDeviceInput) {
  return answerOf(
    supabase
      .from('tax_devices')
      .update(input)
      .eq('id', device.id)
      .eq('version', device.version)
      .select('id')
      .maybeSingle(),
  );
}

export function setTaxDeviceKey(device: TaxDevice, key: string) {
  return command('set_tax_device_key', { tax_device_id: device.id, communication_key: key });
}

export function resendToTax(id: string) {
  return command('resend_tax_submission', { tax_submission_id: id });
}

export const TAX_SUBMISSIONS: ListShape = {
  table: 'tax_submissions',
  sort: '-created_at',
  sortable: ['created_at', 'status', 'submission_number'],
  filters: [
    { name: 'status', label: m.status(), kind: 'choice', options: choices(TAX_SUBMISSION_STATUS) },
    { name: 'happened', label: m.happened(), kind: 'moment', column: 'created_at' },
  ],
};

const SUBMISSION = '*,invoices(number,tax_receipt),credit_notes(number,tax_receipt)';

export type TaxSubmission = Awaited<ReturnType<typeof listTaxSubmissions>>['rows'][number];

export function listTaxSubmissions(list: ListQuery) {
  return readPage(TAX_SUBMISSIONS, list, () => supabase.from('tax_submissions').select(SUBMISSION));
}
