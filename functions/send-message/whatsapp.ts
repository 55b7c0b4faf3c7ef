import { z } from 'zod';
import {
  PermanentFailure,
  Uncertain,
  type Fetch,
  type Message,
  type Provider,
} from './provider.ts';

export interface WhatsAppSettings {
  /** Where Meta's Graph API is. */
  url: string;
  /** For channels without a token of their own, and for companies without a channel. */
  accessToken: string | null;
  phoneNumberId: string | null;
}

const GRAPH_VERSION = 'v23.0';
const TIMEOUT_MS = 10_000;
/**
 * What may pass: outages, and too much at once, of the app, the account, the number or the pair of
 * numbers. Everything else that Meta says no to, it says again.
 */
const PASSING = [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 133004];

const answerSchema = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });
const refusalSchema = z.object({
  error: z.object({
    code: z.number(),
    message: z.string().optional(),
    error_data: z.object({ details: z.string().optional() }).optional(),
  }),
});

/**
 * Meta's WhatsApp Cloud API. It takes no key that would make a second call harmless, so where its
 * answer is missing nobody knows whether the message left; our id goes along and comes back with its status.
 */
export function whatsApp(settings: WhatsAppSettings, send: Fetch, outbox: Provider): Provider {
  return {
    async send(message) {
      const phoneNumberId = message.sender?.phone_number_id ?? settings.phoneNumberId;
      const token = message.sender?.access_token ?? settings.accessToken;
      if (phoneNumberId === null || token === null) return outbox.send(message);
      const response = await send(`${settings.url}/${GRAPH_VERSION}/${phoneNumberId}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(bodyOf(message)),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new Uncertain(`No answer: ${cause instanceof Error ? cause.name : 'unknown'}`);
      });
      const answer: unknown = await response.json().catch(() => null);
      const accepted = answerSchema.safeParse(answer);
      if (response.ok && accepted.success) {
        const reference = accepted.data.messages[0]?.id ?? null;
        return { status: 'sent', provider: 'whatsapp', reference };
      }
      throw refusal(response.status, answer);
    },
  };
}

function refusal(status: number, answer: unknown): Error {
  const parsed = refusalSchema.safeParse(answer);
  if (!parsed.success) {
    // A 4xx was read and not taken; anything else says nothing.
    if (status === 429) return new Error(`The provider answered ${status}`);
    return status >= 400 && status < 500
      ? new PermanentFailure(`The provider answered ${status}`)
      : new Uncertain(`The provider answered ${status}`);
  }
  const { code, message, error_data } = parsed.data.error;
  const problem = `${code}: ${error_data?.details ?? message ?? 'no reason given'}`;
  return PASSING.includes(code) ? new Error(problem) : new PermanentFailure(problem);
}

function bodyOf(message: Message): Record<string, unknown> {
  // Numbers are E.164, which Meta wants without the plus; who hides his number has an id instead.
  const recipient = message.recipient.startsWith('+')
    ? { to: message.recipient.slice(1) }
    : { recipient: message.recipient };
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    ...recipient,
    biz_opaque_callback_data: message.id,
    ...(message.reply_to === null ? {} : { context: { message_id: message.reply_to } }),
    ...contentOf(message),
  };
}

function contentOf({ kind, content, body }: Message): Record<string, unknown> {
  if (kind !== 'template' || content === null) return { type: 'text', text: { body } };
  const parameters = content.parameters.map((text) => ({ type: 'text', text }));
  return {
    type: 'template',
    template: {
      name: content.name,
      language: { code: content.language },
      components: parameters.length > 0 ? [{ type: 'body', parameters }] : [],
    },
  };
}
