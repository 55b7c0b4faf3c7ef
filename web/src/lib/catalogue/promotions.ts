import type { Database, Tables } from '#lib/database.types.ts';
import { PROMOTION_KIND } from '#lib/choices.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { anyLike, inUseFilter } from '#lib/platform/filters.ts';
import { money, quantity, unitOf } from '#lib/platform/format.ts';
import { choices, label } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

type Written = Database['public']['Tables']['promotions'];
export type PromotionInput = Written['Insert'];
export type PromotionRow = Awaited<ReturnType<typeof listPromotions>>['rows'][number];
export type Promotion = NonNullable<Awaited<ReturnType<typeof readPromotion>>>;

export const PROMOTIONS: ListShape = {
  table: 'promotions',
  sort: 'name',
  sortable: ['name', 'valid_from', 'valid_to', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [
    inUseFilter,
    { name: 'kind', label: m.kind(), kind: 'choice', options: choices(PROMOTION_KIND) },
    { name: 'from', label: m.from(), kind: 'day', column: 'valid_from' },
    { name: 'until', label: m.until(), kind: 'day', column: 'valid_to', optional: true },
  ],
};

const WITH_NAMES = '*,gift:products(name,unit),customers(name),territories(name)';

export function listPromotions(list: ListQuery) {
  return readPage(PROMOTIONS, list, () => supabase.from('promotions').select(WITH_NAMES));
}

/** A promotion with what it covers and what it gave so far. */
export function readPromotion(id: string) {
  return answerOf(
    supabase
      .from('promotions')
      .select(`${WITH_NAMES},promotion_given,promotion_products(id,category,products(id,name,sku))`)
      .eq('id', id)
      .order('created_at', { referencedTable: 'promotion_products' })
      .maybeSingle(),
  );
}

export function createPromotion(input: PromotionInput) {
  return answerOf(supabase.from('promotions').insert(input).select('id').single());
}

/** @throws PortalError changed_meanwhile when somebody else changed it first */
export async function changePromotion(
  { id, version }: Pick<Tables<'promotions'>, 'id' | 'version'>,
  input: Written['Update'],
) {
  const changed = await answerOf(
    supabase
      .from('promotions')
      .update(input)
      .eq('id', id)
      .eq('version', version)
      .select('id')
      .maybeSingle(),
  );
  if (!changed) throw changedMeanwhile(m.somebody_else_changed_this_promotion());
  return changed;
}

export function cover(promotionId: string, what: { product_id: string } | { category: string }) {
  return answerOf(
    supabase.from('promotion_products').insert({ promotion_id: promotionId, ...what }),
  );
}

export function uncover(id: string) {
  return answerOf(supabase.from('promotion_products').delete().eq('id', id));
}

/** What a promotion gives, in one line. */
export function gives(row: PromotionRow): string {
  const percent = m.percent_off({ percent: quantity(row.percent) });
  const amount = money(row.amount);
  const free = quantity(row.get_quantity);
  switch (row.kind) {
    case 'line_percent':
      return percent;
    case 'line_amount':
      return m.amount_off_each_unit({ amount });
    case 'order_percent':
      return m.percent_off_the_order({ ...terms, percent: quantity(row.percent) });
    case 'order_amount':
      return m.amount_off_the_order({ ...terms, amount });
    case 'buy_get':
      return m.of_so_many_some_are_free({
        all: quantity(Number(row.buy_quantity) + Number(row.get_quantity)),
        free,
      });
    case 'free_goods': {
      const gift = `${free} ${unitOf(row.get_quantity, row.gift?.unit)} ${row.gift?.name ?? ''}`;
      return row.buy_quantity === null
        ? m.gift_free({ gift })
        : m.gift_free_for_each_so_many({ gift, bought: quantity(row.buy_quantity) });
    }
  }
}

/** Whom a promotion is for. */
export function audience(row: PromotionRow): string {
  if (row.customers) return row.customers.name;
  if (row.customer_type) {
    return m.type_customer_type({ customer_type: label(row.customer_type).toLowerCase() });
  }
  if (row.territories) {
    return m.territory_territorie_name({ territorie_name: row.territories.name });
  }
  return m.everybody();
}

/** What promotions take off a line of an order, by name; empty where none does. */
export function discountNames(discounts: { name: string; amount: number }[] | null): string {
  return (discounts ?? []).map(({ name, amount }) => `${name} −${money(amount)}`).join(', ');
}
