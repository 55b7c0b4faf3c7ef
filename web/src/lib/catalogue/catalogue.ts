import type { Database, Tables } from '#lib/database.types.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

type Written = Database['public']['Tables'];
export type Product = Tables<'products'>;
export type ProductInput = Written['products']['Insert'];
export type Pack = Pick<Tables<'product_packs'>, 'id' | 'name' | 'factor'>;
export type Cost = Pick<Tables<'product_costs'>, 'id' | 'cost_price'>;
export type PriceListInput = Written['price_lists']['Insert'];

export type PriceList = Awaited<ReturnType<typeof listPriceLists>>['rows'][number];

export function listProducts(list: ListQuery) {
  let query = supabase.from('products').select('*');
  if (list.filters.active) query = query.eq('is_active', list.filters.active === 'yes');
  if (list.filters.category) query = query.eq('category', list.filters.category);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`);
  }
  return page(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

/** A product with its packs, its prices, its stock and, for who may know it, what it costs us. */
export function readProduct(id: string) {
  return answerOf(
    supabase
      .from('products')
      .select(
        `*,product_packs(id,name,factor),product_costs(id,cost_price),
        price_list_items(id,min_quantity,price,price_lists(id,name)),
        inventory(id,condition,on_hand,reserved,available,warehouses(name))`,
      )
      .eq('id', id)
      .order('factor', { referencedTable: 'product_packs' })
      .order('min_quantity', { referencedTable: 'price_list_items' })
      .order('on_hand', { referencedTable: 'inventory', ascending: false })
      .maybeSingle(),
  );
}

/** The product as which the empties of another come back. */
export function readContainer(id: string) {
  return answerOf(supabase.from('products').select('*').eq('id', id).maybeSingle());
}

export function searchProducts(text: string): Promise<Product[]> {
  let query = supabase.from('products').select('*').eq('is_active', true);
  if (text) {
    const like = pattern(text);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`);
  }
  return rows(query.order('name').limit(20));
}

export function createProduct(input: ProductInput) {
  return answerOf(supabase.from('products').insert(input).select().single());
}

/** Null when somebody else changed the product in the meantime. */
export function updateProduct(product: Product, input: ProductInput): Promise<Product | null> {
  return answerOf(
    supabase
      .from('products')
      .update(input)
      .eq('id', product.id)
      .eq('version', product.version)
      .select()
      .maybeSingle(),
  );
}

export function saveCost(productId: string, known: Cost | null, costPrice: number) {
  return known
    ? answerOf(supabase.from('product_costs').update({ cost_price: costPrice }).eq('id', known.id))
    : answerOf(
        supabase.from('product_costs').insert({ product_id: productId, cost_price: costPrice }),
      );
}

export function packsOf(productId: string): Promise<Pack[]> {
  return rows(
    supabase
      .from('product_packs')
      .select('id,name,factor')
      .eq('product_id', productId)
      .order('factor'),
  );
}

export function addPack(productId: string, name: string, factor: number) {
  return answerOf(supabase.from('product_packs').insert({ product_id: productId, name, factor }));
}

export function removePack(id: string) {
  return answerOf(supabase.from('product_packs').delete().eq('id', id));
}

export function listPriceLists(list: ListQuery) {
  let query = supabase.from('price_lists').select('*,territories(name)');
  if (list.filters.active) query = query.eq('is_active', list.filters.active === 'yes');
  if (list.search) query = query.ilike('name', `%${list.search}%`);
  return page(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

export function priceListChoices(): Promise<{ id: string; name: string }[]> {
  return rows(
    supabase.from('price_lists').select('id,name').eq('is_active', true).order('name').limit(200),
  );
}

export function readPriceList(id: string) {
  return answerOf(
    supabase.from('price_lists').select('*,territories(name)').eq('id', id).maybeSingle(),
  );
}

export type PriceItem = Awaited<ReturnType<typeof itemsOf>>[number];

export async function itemsOf(priceListId: string, search: string) {
  let query = supabase
    .from('price_list_items')
    .select('id,min_quantity,price,products!inner(id,sku,name,unit,base_price)')
    .eq('price_list_id', priceListId);
  if (search) query = query.ilike('products.name', `%${search}%`);
  const found = await rows(query.order('created_at').limit(500));
  return found.flatMap(({ products, ...item }) => (products ? { ...item, products } : []));
}

export function createPriceList(input: PriceListInput) {
  return answerOf(supabase.from('price_lists').insert(input).select().single());
}

export function setPriceListActive(id: string, isActive: boolean) {
  return answerOf(supabase.from('price_lists').update({ is_active: isActive }).eq('id', id));
}

export function addPrice(
  priceListId: string,
  productId: string,
  minQuantity: number,
  price: number,
) {
  return answerOf(
    supabase.from('price_list_items').insert({
      price_list_id: priceListId,
      product_id: productId,
      min_quantity: minQuantity,
      price,
    }),
  );
}

export function changePrice(id: string, price: number) {
  return answerOf(supabase.from('price_list_items').update({ price }).eq('id', id));
}

export function removePrice(id: string) {
  return answerOf(supabase.from('price_list_items').delete().eq('id', id));
}
