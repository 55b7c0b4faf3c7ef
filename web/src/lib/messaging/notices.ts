import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

export type MessageChannel = Enums<'message_channel'>;

/** What customers are told of, in words. */
const NAMES: Record<string, string> = {
  'account.statement': m.notice_account_statement(),
  'invoice.issued': m.notice_invoice_issued(terms),
  'invoice.reminder': m.notice_invoice_reminder(terms),
  'order.code': m.notice_order_code(),
  'order.approved': m.notice_order_approved(terms),
  'order.delivered': m.notice_order_delivered(terms),
  'order.dispatched': m.notice_order_dispatched(terms),
  'order.failed': m.notice_order_failed(terms),
  'order.near': m.notice_order_near(terms),
  'order.rejected': m.notice_order_rejected(terms),
  'payment.approved': m.notice_payment_approved(),
  'proposal.sent': m.notice_proposal_sent(),
};

/** What a message about an event is called. */
export const noticeName = (event: string): string => NAMES[event] ?? event;

/** One thing that customers are told of, and what was chosen about it. */
export interface Notice {
  event: string;
  /** Chosen here; null: nothing was. */
  chosen: Pick<Tables<'notice_choices'>, 'is_on' | 'channel'> | null;
  /** What holds where nothing is chosen here. */
  otherwise: boolean;
}

/** What all customers of the company are told of or, with a customer, what this one is. */
export async function listNotices(customerId: string | null): Promise<Notice[]> {
  const [kinds, choices] = await Promise.all([
    rows(supabase.from('notice_kinds').select('*').order('place')),
    rows(
      supabase
        .from('notice_choices')
        .select('event,customer_id,is_on,channel')
        .or(`customer_id.is.null${customerId ? `,customer_id.eq.${customerId}` : ''}`),
    ),
  ]);
  const choiceOf = (event: string, customer: string | null) =>
    choices.find((it) => it.event === event && it.customer_id === customer) ?? null;
  return kinds.map(({ event, is_on }) => ({
    event,
    chosen: choiceOf(event, customerId),
    otherwise: (customerId ? choiceOf(event, null)?.is_on : null) ?? is_on,
  }));
}

/** @param isOn null: nothing is chosen any more */
export function chooseNotice(
  customerId: string | null,
  event: string,
  isOn: boolean | null,
  channel: MessageChannel | null,
) {
  return command('choose_notice', { event, is_on: isOn, channel, customer_id: customerId });
}
