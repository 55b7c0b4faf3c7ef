import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

/** Why a number is not proved. */
const WHY: Record<string, string> = {
  channel_meta_unreachable: m.why_channel_meta_unreachable(),
  channel_number_refused: m.why_channel_number_refused(),
  channel_taken_over: m.why_channel_taken_over(),
};

/** Where a number stands, in words. */
export function stateOf(channel: Channel): string {
  if (!channel.is_active) return m.takes_nothing();
  if (channel.phone_number_id === null) return m.has_no_number_yet();
  const problem = channel.proof_error && (WHY[channel.proof_error] ?? channel.proof_error);
  if (channel.proved_at === null && !problem) {
    return channel.has_token ? m.meta_is_asked_for_the_number() : m.has_no_token_of_its_own();
  }
  return [channel.proved_at !== null && m.the_number_is_connected(), problem]
    .filter(Boolean)
    .join(' ');
}

export type Channel = Tables<'channels'>;
export type ChannelInput = Pick<
  Channel,
  | 'name'
  | 'phone_number_id'
  | 'assigns_in_turn'
  | 'capacity'
  | 'reopens_within_hours'
  | 'team_id'
  | 'takes_orders'
  | 'ai_agent_id'
  | 'is_active'
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

/** Has Meta asked again whether the number is the company's. */
export function proveChannel(channelId: string) {
  return command('prove_channel', { channel_id: channelId });
}
