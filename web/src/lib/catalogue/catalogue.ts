import type { Database, Tables } from '#lib/database.types.ts';
import { ask } from '#lib/platform/command.ts';
import { looksLikeBarcode, meansProduct } from '#lib/platform/find.ts';
import { quantity, unitOf } from '#lib/platform/format.ts';
import { anyLike, type Filter, inUseFilter, narrow } from '#lib/platform/filters.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';
import { keptFilters } from '#lib/records/kept_filters.ts';
import type { Pictured } from './images.ts';
import { familyFilter } from './families.ts';
import { unitsOfPack } from './scanning.ts';

type Written = Database['public']['Tables'];
export type Product = Tables<'products'>;
export type ProductInput = Written['products']['Insert'];
export type Pack = Pick<Tables<'product_packs'>, 'id' | 'name' | 'factor'>;
export type Cost = Pick<Tables<'product_costs'>, 'id' | 'cost_price'>;
export type PriceListInput = Written['price_lists']['Insert'];

export type PriceList = Awaited<ReturnType<typeof listPriceLists>>['rows'][number];

const PRODUCT_FILTERS: Filter[] = [
  inUseFilter,
  { name: 'category', label: m.category(), kind: 'text', optional: true },
  familyFilter,
  { name: 'price', label: m.base_price(), kind: 'number', column: 'base_price', unit: 'money' },
  {
    name: 'deposit',
    label: m.deposit_word(),
    kind: 'number',
    column: 'deposit_amount',
    unit: 'money',
    more: true,
  },
  { name: 'tax', label: m.tax_in_percent(), kind: 'number', column: 'tax_rate', more: true },
];

export const PRODUCTS: ListShape = {
  table: 'products',
  sort: 'name',
  sortable: ['name', 'sku', 'base_price', 'created_at'],
  search: { label: m.name_or_sku(), means: async (typed) => [await meansProduct(typed)] },
  // The company may add fields while the portal is open.
  get filters() {
    return [...PRODUCT_FILTERS, ...keptFilters('product')];
  },
};

export function listProducts(list: ListQuery) {
  return readPage(PRODUCTS, list, () =>
    supabase.from('products').select('*,product_images(thumbnail)').eq('product_images.place', 1),
  );
}

/** A product with its packs, its barcodes, its prices, its stock and, for who may know it, what it costs us and what its stock is worth. */
export function readProduct(id: string) {
  return answerOf(
    supabase
      .from('products')
      .select(
        `*,product_packs(id,name,factor),product_barcodes(id,code,pack_id),product_words(id,word),product_costs(id,cost_price),product_images(*),
        price_list_items(id,min_quantity,price,price_lists(id,name)),
        parts:product_components!product_components_tenant_id_product_id_fkey(id,quantity,component:products!product_components_tenant_id_component_id_fkey(id,name,sku,unit)),
        inventory(id,warehouse_id,condition,on_hand,reserved,available,warehouses(name)),
        stock_values(warehouse_id,condition,value)`,
      )
      .eq('id', id)
      .order('factor', { referencedTable: 'product_packs' })
      .order('code', { referencedTable: 'product_barcodes' })
      .order('word', { referencedTable: 'product_words' })
      .order('place', { referencedTable: 'product_images' })
      .order('min_quantity', { referencedTable: 'price_list_items' })
      .order('on_hand', { referencedTable: 'inventory', ascending: false })
      .maybeSingle(),
  );
}

/** A product without what hangs on it. */
export function bareProduct(id: string) {
  return answerOf(supabase.from('products').select('*').eq('id', id).maybeSingle());
}

export type ProductRow = Awaited<ReturnType<typeof listProducts>>['rows'][number];

export async function searchProducts(text: string): Promise<(Product & Pictured)[]> {
  let query = supabase
    .from('products')
    .select('*,product_images(thumbnail)')
    .eq('is_active', true)
    .eq('product_images.place', 1);
  if (text) query = narrow(query, [await meansProduct(text)]);
  return rows(query.order('name').limit(20));
}

/** Kits for a choice. */
export async function searchKits(text: string): Promise<Product[]> {
  let query = supabase.from('products').select('*').eq('composition', 'kit');
  if (text) query = narrow(query, [await meansProduct(text)]);
  return rows(query.order('name').limit(20));
}

/** The filter by a product in the lines of a document; it need not be sold any more. */
export const productFilter = {
  name: 'product',
  label: m.product(terms),
  kind: 'record',
  column: 'product_id',
  search: async (text) => {
    let query = supabase.from('products').select('id,name,code:sku');
    if (text) query = narrow(query, [await meansProduct(text)]);
    return rows(query.order('name').limit(20));
  },
  find: (id) =>
    answerOf(supabase.from('products').select('id,name,code:sku').eq('id', id).maybeSingle()),
} satisfies Filter;

/** In which quantities one order may have a product, in words. */
export function orderedIn(product: Product): string {
  const { order_minimum, order_maximum, order_multiple, unit } = product;
  const parts = [
    order_minimum !== null && m.at_least_order_minimum({ order_minimum: quantity(order_minimum) }),
    order_maximum !== null && m.at_most_order_maximum({ order_maximum: quantity(order_maximum) }),
    order_multiple !== null &&
      m.in_steps_of_order_multiple({ order_multiple: quantity(order_multiple) }),
  ].filter(Boolean);
  if (parts.length) return `${parts.join(', ')} ${unitOf(2, unit)}`;
  return product.allows_fractions
    ? m.any_quantity()
    : m.whole_unit_of({ unit_of: unitOf(2, unit) });
}

/** The rate of a product, or by name what it is the sum of. */
export function taxOf({ tax_rate, taxes }: Product): string {
  const borne = taxes as { name: string; percent: number }[];
  return borne.map((tax) => `${tax.name} ${tax.percent} %`).join(' + ') || `${tax_rate} %`;
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

export type Part = NonNullable<Awaited<ReturnType<typeof readProduct>>>['parts'][number];

export function addPart(productId: string, componentId: string, amount: number) {
  return answerOf(
    supabase
      .from('product_components')
      .insert({ product_id: productId, component_id: componentId, quantity: amount }),
  );
}

export function removePart(id: string) {
  return answerOf(supabase.from('product_components').delete().eq('id', id));
}

export function addPack(productId: string, name: string, factor: number) {
  return answerOf(supabase.from('product_packs').insert({ product_id: productId, name, factor }));
}

export function removePack(id: string) {
  return answerOf(supabase.from('product_packs').delete().eq('id', id));
}

export type Barcode = Pick<Tables<'product_barcodes'>, 'id' | 'code' | 'pack_id'>;

export function addBarcode(productId: string, code: string, packId: string | null) {
  return answerOf(
    supabase.from('product_barcodes').insert({ product_id: productId, code, pack_id: packId }),
  );
}

export function removeBarcode(id: string) {
  return answerOf(supabase.from('product_barcodes').delete().eq('id', id));
}

export type ProductWord = Pick<Tables<'product_words'>, 'id' | 'word'>;

export function addWord(productId: string, word: string) {
  return answerOf(supabase.from('product_words').insert({ product_id: productId, word }));
}

export function removeWord(id: string) {
  return answerOf(supabase.from('product_words').delete().eq('id', id));
}

/** The product that was scanned, and which pack of it; null when no product has this code. */
export async function scanned(
  typed: string,
): Promise<{ product: Product; packId: string | null } | null> {
  const [barcode] = await ask('find_barcode', { typed });
  const product = barcode && (await bareProduct(barcode.product_id));
  return product ? { product, packId: barcode.pack_id } : null;
}

/** As `lookAmong`, among all products. */
export async function lookAnywhere(
  code: string,
): Promise<{ product: Product; units: number } | null> {
  const found = looksLikeBarcode(code) ? await scanned(code) : null;
  return found && { product: found.product, units: await unitsOfPack(found.packId) };
}

export const PRICE_LISTS: ListShape = {
  table: 'price_lists',
  sort: 'name',
  sortable: ['name', 'valid_from'],
  search: { label: m.name(), means: (typed) => [anyLike(typed, 'name')] },
  filters: [
    inUseFilter,
    { name: 'from', label: m.from(), kind: 'day', column: 'valid_from' },
    { name: 'until', label: m.until(), kind: 'day', column: 'valid_to', optional: true },
  ],
};

export function listPriceLists(list: ListQuery) {
  return readPage(PRICE_LISTS, list, () =>
    supabase.from('price_lists').select('*,territories(name)'),
  );
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
