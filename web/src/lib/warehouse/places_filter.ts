import type { Enums } from '#lib/database.types.ts';
import { anyLike, type Filter, narrow } from '#lib/platform/filters.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** The filter by the place that a row is about. */
export function placeFilter(
  label = m.location(),
  kinds: Enums<'warehouse_kind'>[] = ['depot', 'shop'],
) {
  return {
    name: 'warehouse',
    label,
    kind: 'record',
    column: 'warehouse_id',
    search: (text: string) =>
      rows(
        narrow(supabase.from('warehouses').select('id,code,name').in('kind', kinds), [
          anyLike(text, 'name', 'code'),
        ])
          .order('name')
          .limit(50),
      ),
    find: (id: string) =>
      answerOf(supabase.from('warehouses').select('id,code,name').eq('id', id).maybeSingle()),
  } satisfies Filter;
}
