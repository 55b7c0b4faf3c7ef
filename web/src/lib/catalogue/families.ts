import type { Tables } from '#lib/database.types.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, type Filter, inUseFilter, narrow } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Family = Tables<'product_families'>;
export type FamilyRow = Awaited<ReturnType<typeof listFamilies>>['rows'][number];

export const FAMILIES: ListShape = {
  table: 'product_families',
  sort: 'name',
  sortable: ['name', 'created_at'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [inUseFilter],
};

/** Families have no code. */
const asNamed = (family: { id: string; name: string }) => ({ ...family, code: '' });

/** The filter of products by the family that they are variants of. */
export const familyFilter: Filter = {
  name: 'family',
  label: m.family(),
  kind: 'record',
  column: 'family_id',
  optional: true,
  search: async (text) => {
    const found = await rows(
      narrow(supabase.from('product_families').select('id,name'), [anyLike(text, 'name')])
        .order('name')
        .limit(20),
    );
    return found.map(asNamed);
  },
  find: async (id) => {
    const found = await answerOf(
      supabase.from('product_families').select('id,name').eq('id', id).maybeSingle(),
    );
    return found && asNamed(found);
  },
};

export function listFamilies(list: ListQuery) {
  return readPage(FAMILIES, list, () => supabase.from('product_families').select('*,products(id)'));
}

export function familyChoices(): Promise<Family[]> {
  return rows(
    supabase.from('product_families').select('*').eq('is_active', true).order('name').limit(200),
  );
}

export function createFamily(name: string, attributes: string[]) {
  return answerOf(supabase.from('product_families').insert({ name, attributes }));
}

/** @throws PortalError version_conflict when somebody else changed it first */
export async function changeFamily(family: Family, name: string, isActive: boolean) {
  const changed = await answerOf(
    supabase
      .from('product_families')
      .update({ name, is_active: isActive })
      .eq('id', family.id)
      .eq('version', family.version)
      .select('id')
      .maybeSingle(),
  );
  if (!changed) throw changedMeanwhile(m.somebody_else_changed_this_family());
}

/** The variants of a family that can be ordered, with its attributes. */
export function readVariants(familyId: string) {
  return answerOf(
    supabase
      .from('product_families')
      .select('name,attributes,products(*)')
      .eq('id', familyId)
      .eq('products.is_active', true)
      .order('name', { referencedTable: 'products' })
      .single(),
  );
}

/** Every variant costs the same on a list. */
export function priceFamily(listId: string, familyId: string, minQuantity: number, price: number) {
  return command('price_family', {
    price_list_id: listId,
    family_id: familyId,
    min_quantity: minQuantity,
    price,
  });
}
