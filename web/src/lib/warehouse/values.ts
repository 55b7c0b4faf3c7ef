import { STOCK_CONDITION } from '#lib/choices.ts';
import type { Views } from '#lib/database.types.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListPage, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { placeFilter } from './places_filter.ts';
import { STOCK_SEARCH } from './warehouse.ts';
import { m } from '#lib/words.ts';

type Row = Views<'stock_valuation'>;
/** A view does not say that its columns are always there. */
export type Valued = { [Column in keyof Row]: NonNullable<Row[Column]> };

export const VALUES: ListShape = {
  table: 'stock_valuation',
  sort: '-value',
  sortable: ['value', 'unit_cost', 'on_hand'],
  search: STOCK_SEARCH,
  filters: [
    placeFilter(m.location(), ['depot', 'shop', 'van', 'transit']),
    { name: 'condition', label: m.condition(), kind: 'choice', options: choices(STOCK_CONDITION) },
    { name: 'value', label: m.worth(), kind: 'number', unit: 'money', more: true },
  ],
};

/** What is in stock with what it cost, in the company's currency before tax. */
export async function listValues(list: ListQuery) {
  const shown = await readPage(VALUES, list, () => supabase.from('stock_valuation').select('*'));
  return shown as ListPage<Valued>;
}

/** What all stock that the reader sees was worth at a moment, in the company's currency before tax. @throws PortalError */
export async function worthAsOf(moment: string): Promise<number> {
  const valued = await rows(supabase.rpc('stock_value_as_of', { moment }).select('value'));
  return valued.reduce((sum, { value }) => sum + Number(value), 0);
}
