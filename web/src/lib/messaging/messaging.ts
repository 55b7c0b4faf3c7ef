import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { one } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Message {
  id: string;
  channel: string;
  recipient: string;
  template: string;
  subject: string | null;
  body: string;
  status: string;
  entity_type: string | null;
  entity_id: string | null;
  provider: string | null;
  error: string | null;
  attempts: number;
  sent_at: string | null;
  created_at: string;
}

export function listMessages(list: ListQuery) {
  const { channel, status } = list.filters;
  let query = supabase.from('messages').select('*');
  if (channel) query = query.eq('channel', channel);
  if (status) query = query.eq('status', status);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`recipient.ilike.${like},subject.ilike.${like},body.ilike.${like}`);
  }
  return page<Message>(
    query.order('created_at', { ascending: false }).order('id', { ascending: false }),
    list,
  );
}

export function readMessage(id: string): Promise<Message | null> {
  return one(supabase.from('messages').select('*').eq('id', id).maybeSingle());
}
