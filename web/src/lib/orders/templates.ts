import type { Tables } from '#lib/database.types.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, inUseFilter } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { LineInput } from './orders.ts';
import { m } from '#lib/words.ts';

export const WEEKDAYS = [
  m.label_monday(),
  m.label_tuesday(),
  m.label_wednesday(),
  m.label_thursday(),
  m.label_friday(),
  m.label_saturday(),
  m.label_sunday(),
];

export const TEMPLATES: ListShape = {
  table: 'order_templates',
  sort: 'name',
  sortable: ['name', 'next_on', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [
    inUseFilter,
    customerFilter,
    { name: 'next', label: m.next_on(), kind: 'day', column: 'next_on', optional: true },
  ],
};

const IN_LIST = '*,customers(id,code,name,status),warehouses(name)';

export type TemplateRow = Awaited<ReturnType<typeof listTemplates>>['rows'][number];

export function listTemplates(list: ListQuery) {
  return readPage(TEMPLATES, list, () => supabase.from('order_templates').select(IN_LIST));
}

export type Template = NonNullable<Awaited<ReturnType<typeof readTemplate>>>;

export function readTemplate(id: string) {
  return answerOf(
    supabase
      .from('order_templates')
      .select(
        `${IN_LIST},order_template_items(product_id,quantity,products(id,name,sku,unit)),
        standing_orders(id,due_on,is_late,why_not_made,orders(id,number,status))`,
      )
      .eq('id', id)
      .order('line_number', { referencedTable: 'order_template_items' })
      .order('due_on', { referencedTable: 'standing_orders', ascending: false })
      .limit(20, { referencedTable: 'standing_orders' })
      .maybeSingle(),
  );
}

/** In words, on which days orders are made of it. */
export function rhythmOf(template: Pick<Tables<'order_templates'>, 'weekdays' | 'every_weeks'>) {
  if (template.weekdays.length === 0) return m.by_hand();
  const days =
    template.weekdays.length === 7
      ? 'every day'
      : [...template.weekdays]
          .sort()
          .map((day) => WEEKDAYS[day - 1])
          .join(', ');
  return template.every_weeks === 1 ? days : `${days}, every ${template.every_weeks} weeks`;
}

export interface TemplateInput {
  warehouse_id: string;
  address_id: string | null;
  notes: string | null;
  allow_backorder: boolean;
  lines: LineInput[];
  name: string;
  weekdays: number[];
  every_weeks: number;
  starts_on: string | null;
  ends_on: string | null;
  paused_from: string | null;
  paused_to: string | null;
  deliver_after_days: number;
}

export function createTemplate(customerId: string, input: TemplateInput, key: string) {
  return command('create_order_template', { customer_id: customerId, ...input }, key);
}

export function changeTemplate(
  template: Pick<Tables<'order_templates'>, 'id' | 'version'>,
  input: TemplateInput & { is_active: boolean },
  key: string,
) {
  return command(
    'change_order_template',
    { order_template_id: template.id, ...input, expected_version: template.version },
    key,
  );
}

export const UNMADE: ListShape = {
  table: 'standing_orders',
  sort: 'due_on',
  sortable: ['due_on'],
  filters: [{ name: 'due', label: m.day(), kind: 'day', column: 'due_on' }],
};

export type UnmadeRow = Awaited<ReturnType<typeof listUnmade>>['rows'][number];

/** Days of standing orders on which none could be made, or that were missed, as long as nobody dealt with them. */
export function listUnmade(list: ListQuery) {
  return readPage(UNMADE, list, () =>
    supabase
      .from('standing_orders')
      .select('*,why_not_made,order_templates(id,name,customers(name))')
      .not('problem', 'is', null)
      .is('dismissed_at', null),
  );
}

export function retryStandingOrder(id: string) {
  return command('retry_standing_order', { standing_order_id: id });
}

export function dismissStandingOrder(id: string) {
  return command('dismiss_standing_order', { standing_order_id: id });
}

export type Holiday = Tables<'holidays'>;

export const HOLIDAYS: ListShape = {
  table: 'holidays',
  sort: 'day',
  sortable: ['day', 'name', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [{ name: 'day', label: m.day(), kind: 'day' }],
};

export function listHolidays(list: ListQuery) {
  return readPage(HOLIDAYS, list, () => supabase.from('holidays').select('*'));
}

export function addHoliday(day: string, name: string) {
  return answerOf(supabase.from('holidays').insert({ day, name }));
}

export function removeHoliday(id: string) {
  return answerOf(supabase.from('holidays').delete().eq('id', id));
}
