import { MESSAGE_CHANNEL, MESSAGE_STATUS } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Message = Tables<'messages'>;

export const CHANNEL_NAMES: Record<Message['channel'], string> = {
  email: m.e_mail(),
  whatsapp: 'WhatsApp',
  sms: 'SMS',
};

export const MESSAGES: ListShape = {
  table: 'messages',
  sort: '-created_at',
  sortable: ['created_at'],
  search: {
    label: m.recipient_or_text(),
    means: (typed) => [anyLike(typed, 'recipient', 'subject', 'body')],
  },
  filters: [
    {
      name: 'channel',
      label: m.channel(),
      kind: 'choice',
      options: MESSAGE_CHANNEL.map((value) => ({ value, label: CHANNEL_NAMES[value] })),
    },
    { name: 'status', label: m.status(), kind: 'choice', options: choices(MESSAGE_STATUS) },
    { name: 'written', label: m.written(), kind: 'moment', column: 'created_at' },
  ],
};

export function listMessages(list: ListQuery) {
  return readPage(MESSAGES, list, () => supabase.from('messages').select('*'));
}

export function readMessage(id: string): Promise<Message | null> {
  return answerOf(supabase.from('messages').select('*').eq('id', id).maybeSingle());
}
