import { EXPENSE_PAYER } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { vehicleFilter } from '#lib/delivery/filters.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, narrow } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { vendorFilter, type VendorChoice } from './vendors.ts';
import { m, terms } from '#lib/words.ts';

const IN_LIST = '*,expense_categories(name),vendors(number,name),warehouses(name),trips(number)';

export type ExpenseRow = Awaited<ReturnType<typeof listExpenses>>['rows'][number];
export type Expense = NonNullable<Awaited<ReturnType<typeof readExpense>>>;

const asChoice = ({ id, number }: TripChoice) => ({ id, name: number, code: '' });
const categories = () => supabase.from('expense_categories').select('id,name');

export const EXPENSES = documentList('expense', {
  sortable: ['spent_on', 'total'],
  filters: [
    {
      name: 'category',
      label: m.category(),
      kind: 'record',
      column: 'category_id',
      search: async (text) =>
        (
          await rows(
            narrow(categories(), [anyLike(text, 'name')])
              .order('name')
              .limit(20),
          )
        ).map((found) => ({ ...found, code: '' })),
      find: async (id) => {
        const found = await answerOf(categories().eq('id', id).maybeSingle());
        return found && { ...found, code: '' };
      },
    },
    {
      name: 'payer',
      label: m.paid_by(),
      kind: 'choice',
      column: 'paid_by',
      options: choices(EXPENSE_PAYER),
    },
    { name: 'spent', label: m.spent_on(), kind: 'day', column: 'spent_on' },
    {
      ...personFilter('payee', m.paid_back_to(), 'payee_id', 'user_id'),
      optional: true,
      more: true,
    },
    {
      name: 'trip',
      label: m.trip(terms),
      kind: 'record',
      column: 'trip_id',
      optional: true,
      more: true,
      search: async (text) => (await searchTrips(text)).map(asChoice),
      find: async (id) => {
        const found = await tripChoice(id);
        return found && asChoice(found);
      },
    },
    { ...vendorFilter, optional: true, more: true },
    { ...placeFilter(), optional: true, more: true },
    { ...vehicleFilter, more: true },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    enteredFilter(),
  ],
});

export function listExpenses(list: ListQuery) {
  return readPage(EXPENSES, list, (relations) =>
    supabase.from('expenses').select(having(IN_LIST, relations)),
  );
}

export function readExpense(id: string) {
  return answerOf(
    supabase
      .from('expenses')
      .select(
        `${IN_LIST},allowed_commands,vehicles(name,registration),payee:memberships(id,user_id,role,users(full_name))`,
      )
      .eq('id', id)
      .maybeSingle(),
  );
}

export const expenseCommands = {
  submit: {
    label: m.ask_for_approval(),
    variant: 'primary',
    done: m.the_expense_waits_for_approval(),
  },
  approve: { label: m.approve(), variant: 'primary', done: m.the_expense_is_approved() },
  pay: {
    label: m.it_was_paid(),
    variant: 'primary',
    done: m.the_expense_is_paid(),
    asks: {
      title: m.it_was_paid(),
      text: m.note_the_code_of_the_payment(),
      reason: 'optional',
      field: 'note',
    },
  },
  pay_back: {
    label: m.pay_it_back_instead(),
    done: m.the_expense_is_paid_back_once_approved(),
    asks: {
      title: m.pay_it_back_instead(),
      text: m.the_driver_hands_in_the_cash(),
      reason: 'none',
    },
  },
  change: { label: m.change(), href: (id: string) => `/expenses/${id}/edit` },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_expense_is_rejected(),
    asks: { title: m.reject_this_expense(), reason: 'required' },
  },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_expense_is_called_off(),
    asks: { title: m.call_this_expense_off(), reason: 'required' },
  },
} satisfies Looks<'expense'>;

/** A trip, as it is chosen. */
export interface TripChoice {
  id: string;
  number: string;
}

export function searchTrips(text: string): Promise<TripChoice[]> {
  return rows(
    narrow(supabase.from('trips').select('id,number'), [anyLike(text, 'number')])
      .order('planned_start_at', { ascending: false })
      .limit(20),
  );
}

export async function tripChoice(id: string): Promise<TripChoice | null> {
  return answerOf(supabase.from('trips').select('id,number').eq('id', id).maybeSingle());
}

export interface ExpenseEntry {
  category: string;
  spent: string;
  total: number | null;
  tax: number | null;
  payer: Enums<'expense_payer'>;
  payee: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
  trip: TripChoice | null;
  vehicle: string;
  place: string;
  vendor: VendorChoice | null;
  description: string;
}

const valuesOf = (entry: ExpenseEntry) => ({
  category_id: entry.category,
  spent_on: entry.spent,
  total: Number(entry.total),
  tax: Number(entry.tax ?? 0),
  paid_by: entry.payer,
  payee_id: entry.payer === 'person' ? (entry.payee?.account ?? null) : null,
  vehicle_id: orNull(entry.vehicle),
  warehouse_id: orNull(entry.place),
  vendor_id: entry.vendor?.id ?? null,
  description: orNull(entry.description),
});

export const createExpense = (entry: ExpenseEntry) =>
  command('create_expense', { ...valuesOf(entry), trip_id: entry.trip?.id ?? null });

export const changeExpense = (expense: Pick<Expense, 'id' | 'version'>, entry: ExpenseEntry) =>
  command('change_expense', {
    expense_id: expense.id,
    ...valuesOf(entry),
    expected_version: expense.version,
  });

/** What was spent on a trip, as far as the reader sees it. */
export function expensesOfTrip(tripId: string) {
  return rows(
    supabase
      .from('expenses')
      .select('id,number,status,total,expense_categories(name)')
      .eq('trip_id', tripId)
      .order('created_at')
      .limit(200),
  );
}

/** What the reader sees of the cash of a trip that was spent: approved, and not decided on yet. */
export async function spentOnTrip(tripId: string): Promise<{ approved: number; waiting: number }> {
  const spent = await rows(
    supabase
      .from('expenses')
      .select('total,is_from_cash')
      .eq('trip_id', tripId)
      .eq('paid_by', 'trip_cash')
      .or('is_from_cash.is.true,status.eq.submitted')
      .limit(500),
  );
  const sum = (isWaiting: boolean) =>
    spent
      .filter(({ is_from_cash }) => is_from_cash !== isWaiting)
      .reduce((all, { total }) => all + Number(total), 0);
  return { approved: sum(false), waiting: sum(true) };
}
