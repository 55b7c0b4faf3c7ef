import { ask } from '#lib/platform/command.ts';
import { looksLikeBarcode } from '#lib/platform/find.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

/** What a code stands for, and how many base units one of it is: a barcode, or the SKU of something on the sheet. */
export const lookAmong =
  <Listed extends { id: string; sku: string }>(products: Listed[]) =>
  async (code: string): Promise<{ product: Listed; units: number } | null> => {
    const named = products.find(({ sku }) => sku.toLowerCase() === code.toLowerCase());
    if (named) return { product: named, units: 1 };
    const [barcode] = looksLikeBarcode(code) ? await ask('find_barcode', { typed: code }) : [];
    const product = products.find(({ id }) => id === barcode?.product_id);
    return product ? { product, units: await unitsOfPack(barcode?.pack_id ?? null) } : null;
  };

/** Base units in a pack; without a pack one. */
export async function unitsOfPack(id: string | null): Promise<number> {
  if (id === null) return 1;
  const pack = await answerOf(
    supabase.from('product_packs').select('factor').eq('id', id).maybeSingle(),
  );
  return Number(pack?.factor ?? 1);
}
