import { MESSAGE_CHANNEL, MESSAGE_STATUS } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { type ListQuery, oneOf, page, pattern } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type Message = Tables<'messages'>;

export function listMessages(list: ListQuery) {
  const channel = oneOf(MESSAGE_CHANNEL, list.filters.channel);
  const status = oneOf(MESSAGE_STATUS, list.filters.status);
  let query = supabase.from('messages').select('*');
  if (channel) query = query.eq('channel', channel);
  if (status) query = query.eq('status', status);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`recipient.ilike.${like},subject.ilike.${like},body.ilike.${like}`);
  }
  return page(
    query.order('created_at', { ascending: false }).order('id', { ascending: false }),
    list,
  );
}

export function readMessage(id: string): Promise<Message | null> {
  return answerOf(supabase.from('messages').select('*').eq('id', id).maybeSingle());
}
