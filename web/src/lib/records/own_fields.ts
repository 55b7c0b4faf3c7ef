import type { SubjectName } from '#lib/documents.ts';
import type { Json } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { type Filter } from '#lib/platform/filters.ts';
import { DASH, day, quantity } from '#lib/platform/format.ts';
import { answerOf } from '#lib/platform/read.ts';
import { knownTenant } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { Subject } from './comments.ts';
import { m } from '#lib/words.ts';

export const FIELD_KINDS = ['text', 'number', 'date', 'choice', 'yes_no'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** A field that a company has added to a kind of document (`tenant_settings.type_definitions`). */
export interface OwnField {
  /** Small letters, digits and underscores; it stays when the label changes. */
  key: string;
  label: string;
  kind: FieldKind;
  options?: string[];
  is_required?: boolean;
}

/** By the kind of document. */
export type OwnFields = Partial<Record<SubjectName, OwnField[]>>;

/** What stands in the fields of a document, by key: a question is answered by `yes` or `no`. */
export type OwnValues = Record<string, string | number>;

const read = (definitions: unknown): OwnFields =>
  ((definitions as { fields?: OwnFields } | null)?.fields ?? {}) satisfies OwnFields;

/** The fields that the reader's company has added to documents of a kind. */
export function ownFieldsOf(document: SubjectName): OwnField[] {
  return read(knownTenant()?.settings.type_definitions)[document] ?? [];
}

const YES_NO = [
  { value: 'yes', label: m.yes() },
  { value: 'no', label: m.no() },
];

/** The choices of a field that has some. */
export const optionsOf = ({ kind, options = [] }: OwnField) =>
  kind === 'yes_no' ? YES_NO : options.map((value) => ({ value, label: value }));

/** A value as people read it. */
export function ownValue(field: OwnField, value: string | number | undefined): string {
  if (value === undefined) return DASH;
  if (field.kind === 'number') return quantity(value);
  if (field.kind === 'date') return day(String(value));
  return optionsOf(field).find((option) => option.value === value)?.label ?? String(value);
}

/** The filters of a list by the fields of a company's own. */
export function ownFieldFilters(document: SubjectName): Filter[] {
  return ownFieldsOf(document).map((field) => {
    const common = {
      name: `own_${field.key}`,
      label: field.label,
      more: true,
      through: {
        has: 'own_field_values',
        own: 'id',
        their: 'document_id',
        where: [{ column: 'field', in: [field.key] }],
      },
    };
    if (field.kind === 'number') return { ...common, kind: 'number', column: 'number_value' };
    if (field.kind === 'date') return { ...common, kind: 'day', column: 'date_value' };
    if (field.kind === 'text') return { ...common, kind: 'text', column: 'text_value' };
    return { ...common, kind: 'choice', column: 'text_value', options: optionsOf(field) };
  });
}

/** What was entered and is not so yet, as `set_own_fields` takes it; null empties a field. */
export function changedFields(
  fields: OwnField[],
  entered: Record<string, string | number | null>,
  before: OwnValues = {},
): Record<string, Json> {
  const changed: Record<string, Json> = {};
  for (const { key, kind } of fields) {
    const value = entered[key] === '' ? null : (entered[key] ?? null);
    if (value === (before[key] ?? null)) continue;
    changed[key] = kind === 'yes_no' && value !== null ? value === 'yes' : value;
  }
  return changed;
}

/** The document whose page an address leads to; null when it leads to none. */
export const idIn = (address: unknown): string | null =>
  typeof address === 'string'
    ? (/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(address)?.[0] ?? null)
    : null;

/** Writes the fields that are named; null empties one. @throws PortalError */
export function setOwnFields({ document, id }: Subject, fields: Record<string, Json>) {
  return command('set_own_fields', { document_kind: document, document_id: id, fields });
}

/** All fields of the company, with the version of its settings. */
export async function readOwnFields() {
  const found = await answerOf(
    supabase.from('tenant_settings').select('tenant_id,type_definitions,version').maybeSingle(),
  );
  return found && { ...found, fields: read(found.type_definitions) };
}

type Settings = NonNullable<Awaited<ReturnType<typeof readOwnFields>>>;

/** Null when somebody else changed the settings in the meantime. @throws PortalError */
export function saveOwnFields(settings: Settings, fields: OwnFields) {
  const definitions = { ...(settings.type_definitions as Record<string, Json>), fields };
  return answerOf(
    supabase
      .from('tenant_settings')
      .update({ type_definitions: definitions as unknown as Json })
      .eq('tenant_id', settings.tenant_id)
      .eq('version', settings.version)
      .select('version')
      .maybeSingle(),
  );
}

/** A key for a new field, from its label; none of those that are taken. */
export function keyFor(label: string, taken: string[]): string {
  const plain = label
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 36);
  const base = plain || 'field';
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? base : `${base}_${n}`;
    if (!taken.includes(key)) return key;
  }
}
