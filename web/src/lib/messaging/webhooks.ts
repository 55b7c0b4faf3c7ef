import { WEBHOOK_DELIVERY_STATUS } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Webhook = Tables<'webhooks'>;
export type WebhookInput = Pick<Webhook, 'name' | 'url' | 'events' | 'is_active'>;

/** Why a webhook was stopped or an event did not arrive. */
const WHY: Record<string, string> = {
  webhook_address_private: m.why_webhook_address_private(),
  webhook_failing: m.why_webhook_failing(),
  webhook_gone: m.why_webhook_gone(),
  webhook_inactive: m.why_webhook_inactive(),
  webhook_refused: m.why_webhook_refused(),
  webhook_timeout: m.why_webhook_timeout(),
  webhook_unreachable: m.why_webhook_unreachable(),
};

export const whyNot = (key: string): string => WHY[key] ?? key;

export function listWebhooks(): Promise<Webhook[]> {
  return rows(supabase.from('webhooks').select('*').order('name').limit(100));
}

export function addWebhook(input: WebhookInput) {
  return answerOf(supabase.from('webhooks').insert(input));
}

export function saveWebhook(webhook: Webhook, input: WebhookInput) {
  return answerOf(
    supabase
      .from('webhooks')
      .update(input)
      .eq('id', webhook.id)
      .eq('version', webhook.version)
      .select('id')
      .maybeSingle(),
  );
}

export function removeWebhook(id: string) {
  return answerOf(supabase.from('webhooks').delete().eq('id', id));
}

/**
 * Gives a webhook a new secret, made here, in the form of Standard Webhooks.
 * @returns the secret, which cannot be read again
 */
export async function newWebhookSecret(webhook: Webhook): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const secret = `whsec_${btoa(String.fromCharCode(...bytes))}`;
  await command('set_webhook_secret', { webhook_id: webhook.id, secret });
  return secret;
}

export function testWebhook(webhook: Webhook) {
  return command('test_webhook', { webhook_id: webhook.id });
}

export function redeliver(id: string) {
  return command('redeliver_webhook', { delivery_id: id });
}

export const DELIVERIES: ListShape = {
  table: 'webhook_deliveries',
  sort: '-created_at',
  sortable: ['created_at', 'status'],
  search: { label: m.event(), means: (typed) => [anyLike(typed, 'event_type')] },
  filters: [
    {
      name: 'status',
      label: m.status(),
      kind: 'choice',
      options: choices(WEBHOOK_DELIVERY_STATUS),
    },
    { name: 'happened', label: m.happened(), kind: 'moment', column: 'created_at' },
  ],
};

const DELIVERY = '*, webhooks(name)';

export type WebhookDelivery = Awaited<ReturnType<typeof listDeliveries>>['rows'][number];

export function listDeliveries(list: ListQuery) {
  return readPage(DELIVERIES, list, () => supabase.from('webhook_deliveries').select(DELIVERY));
}
