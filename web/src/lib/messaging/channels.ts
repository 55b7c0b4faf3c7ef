import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type Channel = Tables<'channels'>;
export type ChannelInput = Pick<
  Channel,
  'name' | 'phone_number_id' | 'assigns_in_turn' | 'takes_orders' | 'is_active'
>;

export function listChannels() {
  return rows(supabase.from('channels').select('*').order('name').limit(100));
}

export function addChannel(input: ChannelInput) {
  return answerOf(
    supabase
      .from('channels')
      .insert({ ...input, kind: 'whatsapp' })
      .select('id')
      .single(),
  );
}

/** @returns null when somebody else has changed it meanwhile */
export function saveChannel(channel: Channel, input: ChannelInput) {
  return answerOf(
    supabase
      .from('channels')
      .update(input)
      .eq('id', channel.id)
      .eq('version', channel.version)
      .select('id')
      .maybeSingle(),
  );
}

/** Keeps the token that a channel sends with; nobody can read it again. */
export function keepToken(channelId: string, token: string) {
  return command('set_channel_token', { channel_id: channelId, access_token: token });
}
