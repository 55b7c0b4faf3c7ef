import { PortalError } from '#lib/errors.ts';
import { m } from '#lib/words.ts';
import type { Enums, Json, Tables, Views } from '#lib/database.types.ts';
import { creditOf } from '#lib/parties/parties.ts';
import { ask, askJson, command } from '#lib/platform/command.ts';
import { answerOf, found, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { storeFile } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { label } from '#lib/platform/label.ts';
import { extrasOf } from '#lib/records/extras.ts';
import type { Tag } from '#lib/records/tags.ts';

/** Which conversations of the inbox are shown. */
export const VIEWS = ['mine', 'unassigned', 'waiting', 'all', 'resolved'] as const;
export type View = (typeof VIEWS)[number];
export type Priority = Enums<'conversation_priority'>;
export type Talk = Views<'inbox'>;
/** A conversation as the list shows it, with its tags. */
export type TaggedTalk = Talk & { record_tags: { tags: Tag | null }[] };
export type Message = Tables<'messages'>;

/** What narrows the list: words, how urgent, and a tag (its id); empty ones narrow nothing. */
export interface Narrowed {
  typed: string;
  priority: Priority | '';
  tag: string;
}

const MOST = 100;

/** The unresolved conversations (or the resolved ones), those that were last written in first; where somebody waits, what is due next. */
export async function listTalks(
  view: View,
  narrowed: Narrowed,
  me: string | null,
): Promise<TaggedTalk[]> {
  const wears = narrowed.tag ? 'worn:record_tags!inner(tag_id),' : '';
  let query = supabase
    .from('inbox')
    .select(`*,${wears}record_tags(tags(id,name,colour))` as '*')
    .eq('is_unresolved', view !== 'resolved');
  if (view === 'mine') query = query.eq('assignee_id', me ?? '');
  if (view === 'unassigned') query = query.is('assignee_id', null);
  if (view === 'waiting') query = query.eq('last_direction', 'in').order('next_due_at');
  if (narrowed.priority) query = query.eq('priority', narrowed.priority);
  if (narrowed.tag) query = query.eq('worn.tag_id' as 'id', narrowed.tag);
  if (narrowed.typed.trim().length >= 3) {
    query = query.in('id', await ask('conversations_meant', { typed: narrowed.typed }));
  }
  const found = await rows(
    query.order('last_message_at', { ascending: view === 'waiting' }).limit(MOST),
  );
  return found as unknown as TaggedTalk[];
}

/** What the list can be narrowed by, and whether whoever reads it is on duty. */
export async function inboxSetting(me: string | null) {
  const [tags, agents] = await Promise.all([
    session.can('comments.view')
      ? rows(supabase.from('tags').select('id,name').eq('is_active', true).order('name').limit(200))
      : [],
    me ? rows(supabase.from('inbox_agents').select('on_duty_until').eq('membership_id', me)) : [],
  ]);
  return { tags, dutyUntil: agents[0]?.on_duty_until ?? null };
}

export const goOnDuty = (until: Date) => command('go_on_duty', { until: until.toISOString() });
export const goOffDuty = () => command('go_off_duty', {});

/** Somebody else who has the same conversation open. */
export interface Watcher {
  name: string;
  is_writing: boolean;
}

/** Says that it is open here, and answers where else. */
export function watch(id: string, isWriting: boolean): Promise<Watcher[]> {
  return askJson<Watcher[], 'watch_conversation'>('watch_conversation', {
    conversation_id: id,
    is_writing: isWriting,
  });
}

/** How near a promise is: missed, or due within the half hour. */
export function nearness(dueAt: string | null): 'missed' | 'near' | null {
  const left = dueAt === null ? Infinity : Date.parse(dueAt) - Date.now();
  return left <= 0 ? 'missed' : left < 30 * 60_000 ? 'near' : null;
}

/** Teams that a conversation can be handed to. */
export async function teamChoices() {
  return session.can('leads.view')
    ? rows(supabase.from('teams').select('id,name').eq('is_active', true).order('name').limit(200))
    : [];
}

/** The membership of whoever is signed in, by which conversations are assigned. */
export async function myMembership(account: string, tenant: string): Promise<string | null> {
  const mine = await rows(
    supabase.from('memberships').select('id').eq('user_id', account).eq('tenant_id', tenant),
  );
  return mine[0]?.id ?? null;
}

/** A conversation with everything that was said with its person on this channel, the oldest first. */
export async function readTalk(id: string) {
  const [talk, steps] = await Promise.all([
    answerOf(supabase.from('inbox').select('*').eq('id', id).maybeSingle()),
    answerOf(
      supabase
        .from('conversations')
        .select('id,version,allowed_commands')
        .eq('id', id)
        .maybeSingle(),
    ),
  ]);
  const known = found(talk, label('conversation').toLowerCase()) as Talk;
  const [messages, notes, replies, templates, assignee, points, beside, request, extras, teams] =
    await Promise.all([
      rows(
        supabase
          .from('messages')
          .select('*')
          .eq('contact_id', known.contact_id ?? '')
          .eq('channel_id', known.channel_id ?? '')
          .order('created_at', { ascending: false })
          .limit(MOST),
      ),
      rows(
        supabase
          .from('comments')
          .select('id,text,created_at,created_by')
          .eq('document_id', id)
          .is('deleted_at', null)
          .limit(MOST),
      ),
      rows(supabase.from('canned_replies').select('*').order('shortcut').limit(MOST)),
      rows(
        supabase
          .from('whatsapp_templates')
          .select('id,name,language,body')
          .eq('meta_status', 'approved')
          .order('name')
          .limit(MOST),
      ),
      known.assignee_id
        ? answerOf(
            supabase
              .from('memberships')
              .select('id,user_id,role,users(full_name)')
              .eq('id', known.assignee_id)
              .maybeSingle(),
          )
        : null,
      rows(
        supabase
          .from('contact_points')
          .select('id,kind,value,opted_out_at')
          .eq('contact_id', known.contact_id ?? ''),
      ),
      known.customer_id ? customerBeside(known.customer_id) : null,
      newestRequest(id),
      extrasOf('conversation', id),
      teamChoices(),
    ]);
  const thread = (messages as Message[]).toReversed();
  return {
    talk: known,
    steps,
    thread,
    notes,
    replies,
    templates,
    assignee,
    points,
    beside,
    request,
    tags: extras?.tags ?? [],
    teams,
  };
}

export type OrderRequest = NonNullable<Awaited<ReturnType<typeof newestRequest>>>;

/** A line of public.order_requests. */
interface HeardLine {
  said: string;
  product_id: string | null;
  pack_id: string | null;
  quantity: number | null;
}

/** The last order that was written in a conversation, its products by name. */
async function newestRequest(conversationId: string) {
  const request = await answerOf(
    supabase
      .from('order_requests')
      .select('id,status,is_open,lines,total,order_id,why_left,orders(number)')
      .eq('conversation_id', conversationId)
      .order('created_at', { ascending: false })
      .limit(1)
      .maybeSingle(),
  );
  if (!request) return null;
  const lines = request.lines as unknown as HeardLine[];
  const ids = lines.flatMap((line) => line.product_id ?? []);
  const products = ids.length
    ? await rows(supabase.from('products').select('id,name,product_packs(id,name)').in('id', ids))
    : [];
  const known = new Map(products.map((product) => [product.id, product]));
  return {
    ...request,
    lines: lines.map((line) => {
      const product = known.get(line.product_id ?? '');
      return {
        said: line.said,
        quantity: line.quantity,
        product: product?.name ?? null,
        pack: product?.product_packs.find((pack) => pack.id === line.pack_id)?.name ?? null,
      };
    }),
  };
}

/** What the answerer wants to know of the customer: what he owes, his last orders, and their trips. */
async function customerBeside(customerId: string) {
  const [credit, orders] = await Promise.all([
    creditOf(customerId).catch(() => null),
    rows(
      supabase
        .from('orders')
        .select('id,number,status,total,created_at,trip_stops(trips(id,number,status))')
        .eq('customer_id', customerId)
        .order('created_at', { ascending: false })
        .limit(5),
    ),
  ]);
  return { credit, orders };
}

/** @param repliesSeen how many answers stood there: another one in the meantime is told */
export function reply(id: string, text: string, repliesSeen: number, key: string) {
  return command(
    'reply_to_conversation',
    { conversation_id: id, text, replies_seen: repliesSeen },
    key,
  );
}

/** What WhatsApp takes from a company. */
export const SENDABLE = ['image/jpeg', 'image/png', 'application/pdf'];
const MOST_BYTES = 5 * 1024 * 1024;

/** Answers with a picture or a paper. @throws PortalError */
export async function sendFile(id: string, file: File, caption: string, repliesSeen: number) {
  if (!SENDABLE.includes(file.type) || file.size === 0 || file.size > MOST_BYTES) {
    throw new PortalError({
      key: 'file_not_sendable',
      status: 422,
      message: m.whatsapp_takes_no_such_file(),
      hint: m.send_a_picture_or_a_pdf(),
    });
  }
  const path = await storeFile('messages', file);
  return command('send_file', {
    conversation_id: id,
    path,
    name: file.name.slice(-200),
    caption: caption.trim() || null,
    replies_seen: repliesSeen,
  });
}

export function sendTemplate(id: string, template: string, names: Json) {
  return command('send_template', { conversation_id: id, whatsapp_template_id: template, names });
}

/** @param version as it was read: what a colleague has taken in the meantime is not taken from him unseen */
export function assign(id: string, membership: string | null, version: number | null) {
  return command('assign_conversation', {
    conversation_id: id,
    membership_id: membership,
    expected_version: version,
  });
}

export function handToTeam(id: string, team: string) {
  return command('hand_to_team', { conversation_id: id, team_id: team });
}

export function prioritise(id: string, priority: Priority) {
  return command('prioritise_conversation', { conversation_id: id, priority });
}

export function snooze(id: string, until: Date) {
  return command('snooze_conversation', { conversation_id: id, until: until.toISOString() });
}

export function markRead(id: string) {
  return command('read_conversation', { conversation_id: id });
}

export function resend(id: string) {
  return command('resend_message', { message_id: id });
}

export function linkContact(contactId: string, customerId: string) {
  return command('link_contact', { contact_id: contactId, customer_id: customerId });
}

/** The names in braces of an answer that is used again and again. */
export function fillIn(text: string, names: Record<string, string>): string {
  return text.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) => names[name] ?? whole);
}

/** Until when the person may be answered freely: 24 hours after he last wrote. */
export function windowUntil(thread: Message[]): number {
  const last = thread.findLast((message) => message.direction === 'in');
  return last ? Date.parse(last.happened_at ?? last.created_at) + 24 * 3_600_000 : 0;
}

/** Tomorrow at eight, on the clock of the device. */
export function tomorrowMorning(): Date {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(8, 0, 0, 0);
  return at;
}
