import { CONTAINER_HOLDER } from '#lib/choices.ts';
import type { Enums, Views } from '#lib/database.types.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import {
  having,
  type ListPage,
  type ListQuery,
  type ListShape,
  readPage,
} from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

type Row = Views<'container_holdings'>;
/** What a customer last said is null where he has said nothing, a name where the holder is an account. */
type Said = 'holder_name' | 'counted' | 'confirmed_at' | 'difference';
/** A view does not say that its columns are always there. */
export type Holding = {
  [Column in keyof Row]: Column extends Said ? Row[Column] : NonNullable<Row[Column]>;
};
export type WriteOff = Awaited<ReturnType<typeof listWriteOffs>>['rows'][number];

/** Driver is a holder that nothing is booked to: a van is who has them. */
export const HOLDERS = choices(CONTAINER_HOLDER.filter((holder) => holder !== 'driver'));
export type Account = Extract<Enums<'container_holder'>, 'breakage' | 'loss'>;

export const HOLDINGS: ListShape = {
  table: 'container_holdings',
  sort: '-quantity',
  sortable: ['quantity', 'deposit_amount', 'holder_name', 'product_name', 'confirmed_at'],
  search: {
    label: m.holder_or_container(),
    means: (typed) => [anyLike(typed, 'holder_name', 'product_name', 'product_sku')],
  },
  filters: [
    { name: 'holder', label: m.who_holds_them(), kind: 'choice', options: HOLDERS },
    {
      name: 'said',
      label: m.what_he_said(),
      kind: 'flag',
      column: 'is_disputed',
      yes: m.differs_from_the_books(),
      no: m.agrees_or_nothing_said(),
    },
    { name: 'quantity', label: m.quantity(), kind: 'number', unit: 'quantity', more: true },
    {
      name: 'deposit',
      label: m.deposit_word(),
      kind: 'number',
      unit: 'money',
      column: 'deposit_amount',
      more: true,
    },
  ],
};

/** Who holds how many containers now. */
export async function listHoldings(list: ListQuery) {
  return (await readPage(HOLDINGS, list, () =>
    supabase.from('container_holdings').select('*'),
  )) as ListPage<Holding>;
}

/** What a customer holds, beside what he last said. */
export async function containersOf(customerId: string): Promise<Holding[]> {
  return (await rows(
    supabase
      .from('container_holdings')
      .select('*')
      .eq('holder', 'customer')
      .eq('holder_id', customerId)
      .order('product_name')
      .limit(100),
  )) as Holding[];
}

/** The page of whoever holds them; of an account, what stands there. */
export function pageOf({ holder, holder_id }: Holding): string {
  if (holder === 'customer') return `/customers/${holder_id}`;
  if (holder === 'van' || holder === 'depot') return `/stock/places/${holder_id}`;
  return `/stock/containers?holder=${holder}`;
}

export const writeOffCommands = {
  approve: { label: m.approve(), variant: 'primary', done: m.the_write_off_was_approved() },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_write_off_was_rejected(),
    asks: { title: m.reject_this_write_off(), reason: 'required' },
  },
  reverse: {
    label: m.reverse(),
    variant: 'danger',
    done: m.the_write_off_was_reversed(),
    asks: {
      title: m.reverse_this_write_off(),
      text: m.the_customer_holds_them_again(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'container_write_off'>;

export const WRITE_OFFS = documentList('container_write_off', {
  filters: [customerFilter, enteredFilter()],
});

export function listWriteOffs(list: ListQuery) {
  return readPage(WRITE_OFFS, list, (relations) =>
    supabase
      .from('container_write_offs')
      .select(having('*,customers(name),products(name,sku,unit)', relations)),
  );
}

export function readWriteOff(id: string) {
  return answerOf(
    supabase
      .from('container_write_offs')
      .select('*,allowed_commands,customers(name),products(name,sku,unit)')
      .eq('id', id)
      .maybeSingle(),
  );
}

/** @throws {PortalError} containers_not_held where he holds fewer */
export function writeOffContainers(
  customerId: string,
  entry: {
    productId: string;
    quantity: number | null;
    account: Account;
    keepsDeposit: boolean;
    reason: string;
  },
) {
  return command('write_off_containers', {
    customer_id: customerId,
    product_id: entry.productId,
    quantity: entry.quantity ?? 0,
    reason: entry.reason,
    account: entry.account,
    keeps_deposit: entry.keepsDeposit,
  });
}
