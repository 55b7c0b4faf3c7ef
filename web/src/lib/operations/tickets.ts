import { CONVERSATION_PRIORITY } from '#lib/choices.ts';
import type { Enums } from '#lib/database.types.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { personFilter, type PersonChoice } from '#lib/tenancy/tenancy.ts';
import { documentList, enteredFilter, nameFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

export const PRIORITIES = choices(CONVERSATION_PRIORITY);

const IN_LIST = '*,ticket_categories(name),customers(id,code,name),users(id,full_name),teams(name)';

export type TicketRow = Awaited<ReturnType<typeof listTickets>>['rows'][number];
export type Ticket = NonNullable<Awaited<ReturnType<typeof readTicket>>>;

/** What is due first stands first. */
export const TICKETS = documentList('ticket', {
  sort: 'next_due_at',
  sortable: ['subject', 'priority', 'next_due_at', 'resolved_at'],
  search: {
    label: m.number_or_subject(),
    means: (typed) => [anyLike(typed, 'number', 'subject')],
  },
  filters: [
    { ...personFilter('who', m.assignee(), 'assignee_id', 'user_id'), optional: true },
    { name: 'due', label: m.due(), kind: 'moment', column: 'next_due_at', optional: true },
    { name: 'priority', label: m.priority(), kind: 'choice', options: PRIORITIES },
    nameFilter('category', m.category(), 'category_id', 'ticket_categories'),
    { ...customerFilter, optional: true, more: true },
    { ...nameFilter('team', m.team(), 'team_id', 'teams'), optional: true },
    enteredFilter(),
  ],
});

export function listTickets(list: ListQuery) {
  return readPage(TICKETS, list, (relations) =>
    supabase.from('tickets').select(having(IN_LIST, relations)),
  );
}

export function readTicket(id: string) {
  return answerOf(
    supabase
      .from('tickets')
      .select(
        `${IN_LIST},allowed_commands,orders(id,number,status),conversations(id,number,status),tasks(id,number,status)`,
      )
      .eq('id', id)
      .maybeSingle(),
  );
}

/** The ticket that a task became. */
export function ticketOf(taskId: string) {
  return answerOf(
    supabase.from('tickets').select('id,number,status').eq('task_id', taskId).maybeSingle(),
  );
}

/** Categories that can be chosen. */
export const ticketCategories = () =>
  rows(
    supabase
      .from('ticket_categories')
      .select('id,name')
      .eq('is_active', true)
      .order('name')
      .limit(200),
  );

/** All of them, also those that are out of use. */
export const allTicketCategories = () =>
  rows(supabase.from('ticket_categories').select('*').order('name').limit(500));

export const ticketCommands = {
  take: { label: m.take_it(), done: m.the_ticket_is_yours() },
  start: { label: m.begin_work(), variant: 'primary', done: m.the_ticket_is_being_worked_on() },
  resume: { label: m.go_on(), variant: 'primary', done: m.the_ticket_is_being_worked_on() },
  resolve: { label: m.label_resolve() },
  wait: {
    label: m.label_wait(),
    done: m.the_ticket_waits(),
    asks: {
      title: m.what_does_it_wait_for(),
      text: m.the_time_until_resolved_stands_still(),
      reason: 'required',
    },
  },
  assign: { label: m.give_to_somebody() },
  change: { label: m.change() },
  close: {
    label: m.close(),
    done: m.the_ticket_is_closed(),
    asks: {
      title: m.close_this_ticket(),
      text: m.it_cannot_be_opened_again(),
      reason: 'none',
    },
  },
  reopen: { label: m.open_again(), done: m.the_ticket_is_open_again() },
} satisfies Looks<'ticket'>;

export interface TicketEntry {
  subject: string;
  category: string;
  description: string;
  priority: Enums<'conversation_priority'>;
  customer: { id: string; name: string; code: string } | null;
  assignee: Pick<PersonChoice, 'id' | 'account' | 'name'> | null;
}

/** What a ticket is made of. */
export interface TicketOrigin {
  conversation_id?: string;
  task_id?: string;
}

const contentOf = (entry: TicketEntry) => ({
  subject: entry.subject.trim(),
  category_id: entry.category,
  description: orNull(entry.description),
  priority: entry.priority,
});

export const createTicket = (entry: TicketEntry, origin: TicketOrigin) =>
  command('create_ticket', {
    ...contentOf(entry),
    customer_id: entry.customer?.id ?? null,
    assignee_id: entry.assignee?.account ?? null,
    ...origin,
  });

export const changeTicket = (ticket: Pick<Ticket, 'id' | 'version'>, entry: TicketEntry) =>
  command('change_ticket', {
    ticket_id: ticket.id,
    ...contentOf(entry),
    expected_version: ticket.version,
  });

export const assignTicket = (
  ticket: Pick<Ticket, 'id' | 'version'>,
  entry: { assignee: TicketEntry['assignee']; team: string },
) =>
  command('assign_ticket', {
    ticket_id: ticket.id,
    assignee_id: entry.assignee?.account ?? null,
    team_id: orNull(entry.team),
    expected_version: ticket.version,
  });

export const resolveTicket = (ticket: Pick<Ticket, 'id' | 'version'>, resolution: string) =>
  command('resolve_ticket', {
    ticket_id: ticket.id,
    resolution: resolution.trim(),
    expected_version: ticket.version,
  });

/** Whose it is: a customer's, or the house's own. */
export const whoseIsIt = (ticket: Pick<TicketRow, 'customers'>): string =>
  ticket.customers?.name ?? m.in_the_house();
