import type { Tables } from '#lib/database.types.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { m } from '#lib/words.ts';
import { fillIn } from './inbox.ts';

export type OwnText = Tables<'message_templates'>;
export type ProductText = Tables<'message_texts'>;
export type WhatsAppTemplate = Tables<'whatsapp_templates'>;
export type CannedReply = Tables<'canned_replies'>;

const MOST = 200;

/** What stands for each name in braces in a preview. */
const SAMPLE: Record<string, string> = {
  agent: m.sample_person(),
  arrival: ' (~14:30)',
  choices: '1, 2',
  contact: m.sample_person(),
  customer: m.sample_customer(),
  date: '2026-12-01',
  deposit: 'KES 300.00',
  number: 'ORD-000123',
  reason: '…',
  receiver: m.sample_person(),
  total: 'KES 1,200.00',
};

/** A text as somebody will read it, with invented names. */
export const preview = (text: string): string =>
  fillIn(text, { ...SAMPLE, company: session.tenant?.name ?? '' });

/** The names in braces of a text, each once. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name ?? ''))];
}

/** What the product says of what customers are told of, and what the company says instead. */
export async function listTexts(events: string[]) {
  const [texts, own] = await Promise.all([
    rows(supabase.from('message_texts').select('*').in('event', events).limit(MOST)),
    rows(supabase.from('message_templates').select('*').order('event').limit(MOST)),
  ]);
  return { texts, own };
}

export type OwnTextInput = Pick<OwnText, 'event' | 'channel' | 'language' | 'subject' | 'body'>;

export function addOwnText(input: OwnTextInput) {
  return answerOf(supabase.from('message_templates').insert(input).select('id').single());
}

/** @returns null when somebody else has changed it meanwhile */
export function saveOwnText({ id, version }: OwnText, input: Pick<OwnText, 'subject' | 'body'>) {
  return answerOf(
    supabase
      .from('message_templates')
      .update(input)
      .eq('id', id)
      .eq('version', version)
      .select('id')
      .maybeSingle(),
  );
}

export function removeOwnText(id: string) {
  return answerOf(supabase.from('message_templates').delete().eq('id', id));
}

export function listWhatsAppTemplates(): Promise<WhatsAppTemplate[]> {
  return rows(supabase.from('whatsapp_templates').select('*').order('name').limit(MOST));
}

export type WhatsAppTemplateInput = Pick<
  WhatsAppTemplate,
  'name' | 'language' | 'event' | 'body' | 'meta_status'
>;

export function addWhatsAppTemplate(input: WhatsAppTemplateInput) {
  return answerOf(supabase.from('whatsapp_templates').insert(input).select('id').single());
}

/** @returns null when somebody else has changed it meanwhile */
export function saveWhatsAppTemplate(
  { id, version }: WhatsAppTemplate,
  { event, body, meta_status }: WhatsAppTemplateInput,
) {
  return answerOf(
    supabase
      .from('whatsapp_templates')
      .update({ event, body, meta_status })
      .eq('id', id)
      .eq('version', version)
      .select('id')
      .maybeSingle(),
  );
}

export function removeWhatsAppTemplate(id: string) {
  return answerOf(supabase.from('whatsapp_templates').delete().eq('id', id));
}

export function listCannedReplies(): Promise<CannedReply[]> {
  return rows(supabase.from('canned_replies').select('*').order('shortcut').limit(MOST));
}

export function addCannedReply(input: Pick<CannedReply, 'shortcut' | 'body'>) {
  return answerOf(supabase.from('canned_replies').insert(input).select('id').single());
}

/** @returns null when somebody else has changed it meanwhile */
export function saveCannedReply(
  { id, version }: CannedReply,
  input: Pick<CannedReply, 'shortcut' | 'body'>,
) {
  return answerOf(
    supabase
      .from('canned_replies')
      .update(input)
      .eq('id', id)
      .eq('version', version)
      .select('id')
      .maybeSingle(),
  );
}

export function removeCannedReply(id: string) {
  return answerOf(supabase.from('canned_replies').delete().eq('id', id));
}
