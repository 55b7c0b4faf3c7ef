import { write } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { attach, one, oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Product {
  id: string;
  sku: string;
  name: string;
  description: string | null;
  category: string | null;
  unit: string;
  base_price: number;
  tax_rate: number;
  weight_kg: number;
  volume_l: number;
  container_product_id: string | null;
  deposit_amount: number;
  is_active: boolean;
  created_at: string;
  version: number;
}

export interface Pack {
  id: string;
  name: string;
  factor: number;
}

export interface PriceList {
  id: string;
  name: string;
  customer_type: string | null;
  territory_id: string | null;
  is_default: boolean;
  is_active: boolean;
  valid_from: string;
  valid_to: string | null;
  version: number;
  territories?: { name: string } | null;
}

export interface PriceItem {
  id: string;
  min_quantity: number;
  price: number;
  products: { id: string; sku: string; name: string; unit: string; base_price: number };
}

export interface ProductPrice {
  id: string;
  min_quantity: number;
  price: number;
  price_lists: { id: string; name: string; is_active: boolean } | null;
}

export type ProductInput = Omit<Product, 'id' | 'created_at' | 'version'>;

const TERRITORY = { column: 'territory_id', table: 'territories', select: 'name' };
const PRICE_LIST = { column: 'price_list_id', table: 'price_lists', select: 'name,is_active' };

export function listProducts(list: ListQuery) {
  let query = supabase.from('products').select('*');
  if (list.filters.active) query = query.eq('is_active', list.filters.active === 'yes');
  if (list.filters.category) query = query.eq('category', list.filters.category);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`);
  }
  return page<Product>(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

export function readProduct(id: string): Promise<Product | null> {
  return one(supabase.from('products').select('*').eq('id', id).maybeSingle());
}

export function searchProducts(text: string): Promise<Product[]> {
  let query = supabase.from('products').select('*').eq('is_active', true);
  if (text) {
    const like = pattern(text);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`);
  }
  return rows(query.order('name').limit(20));
}

export function createProduct(input: ProductInput): Promise<Product> {
  return write(supabase.from('products').insert(input).select().single());
}

/** Null when somebody else changed the product in the meantime. */
export function updateProduct(product: Product, input: ProductInput): Promise<Product | null> {
  return write(
    supabase
      .from('products')
      .update(input)
      .eq('id', product.id)
      .eq('version', product.version)
      .select()
      .maybeSingle(),
  );
}

export interface Cost {
  id: string;
  cost_price: number;
}

/** What a product costs us; null when unknown or not for the caller's eyes. */
export function costOf(productId: string): Promise<Cost | null> {
  return one(
    supabase
      .from('product_costs')
      .select('id,cost_price')
      .eq('product_id', productId)
      .maybeSingle(),
  );
}

export function saveCost(
  productId: string,
  known: Cost | null,
  costPrice: number,
): Promise<unknown> {
  return known
    ? write(supabase.from('product_costs').update({ cost_price: costPrice }).eq('id', known.id))
    : write(
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

export function addPack(productId: string, name: string, factor: number): Promise<unknown> {
  return write(supabase.from('product_packs').insert({ product_id: productId, name, factor }));
}

export function removePack(id: string): Promise<unknown> {
  return write(supabase.from('product_packs').delete().eq('id', id));
}

export async function pricesOf(productId: string): Promise<ProductPrice[]> {
  const found = await rows(
    supabase
      .from('price_list_items')
      .select('id,min_quantity,price,price_list_id')
      .eq('product_id', productId)
      .order('min_quantity')
      .limit(200),
  );
  return attach(found, { price_lists: PRICE_LIST });
}

export function listPriceLists(list: ListQuery) {
  let query = supabase.from('price_lists').select('*');
  if (list.filters.active) query = query.eq('is_active', list.filters.active === 'yes');
  if (list.search) query = query.ilike('name', `%${list.search}%`);
  return page<PriceList>(query.order(list.sort, { ascending: list.ascending }).order('id'), list, {
    territories: TERRITORY,
  });
}

export function priceListChoices(): Promise<{ id: string; name: string }[]> {
  return rows(
    supabase.from('price_lists').select('id,name').eq('is_active', true).order('name').limit(200),
  );
}

export function readPriceList(id: string): Promise<PriceList | null> {
  return oneWith(supabase.from('price_lists').select('*').eq('id', id).maybeSingle(), {
    territories: TERRITORY,
  });
}

export function itemsOf(priceListId: string, search: string): Promise<PriceItem[]> {
  let query = supabase
    .from('price_list_items')
    .select('id,min_quantity,price,products!inner(id,sku,name,unit,base_price)')
    .eq('price_list_id', priceListId);
  if (search) query = query.ilike('products.name', `%${search}%`);
  return rows(query.order('created_at').limit(500));
}

export interface PriceListInput {
  name: string;
  customer_type: string | null;
  territory_id: string | null;
  is_default: boolean;
  valid_from: string;
  valid_to: string | null;
}

export function createPriceList(input: PriceListInput): Promise<PriceList> {
  return write(supabase.from('price_lists').insert(input).select().single());
}

export function setPriceListActive(id: string, isActive: boolean): Promise<unknown> {
  return write(supabase.from('price_lists').update({ is_active: isActive }).eq('id', id));
}

export function addPrice(
  priceListId: string,
  productId: string,
  minQuantity: number,
  price: number,
): Promise<unknown> {
  return write(
    supabase.from('price_list_items').insert({
      price_list_id: priceListId,
      product_id: productId,
      min_quantity: minQuantity,
      price,
    }),
  );
}

export function changePrice(id: string, price: number): Promise<unknown> {
  return write(supabase.from('price_list_items').update({ price }).eq('id', id));
}

export function removePrice(id: string): Promise<unknown> {
  return write(supabase.from('price_list_items').delete().eq('id', id));
}
