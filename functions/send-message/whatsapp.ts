import { z } from 'zod';
import { askMeta, type Graph, MetaFailure, uploadMedia } from '../_shared/meta.ts';
import type { Storage } from '../_shared/storage.ts';
import { PermanentFailure, Uncertain, type Message, type Provider } from './provider.ts';

export interface WhatsAppSettings {
  graph: Graph;
  storage: Storage;
  /** For companies without a number of their own. */
  accessToken: string | null;
  phoneNumberId: string | null;
}

const answerSchema = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });

/**
 * Meta's WhatsApp Cloud API. It takes no key that would make a second call harmless, so where its
 * answer is missing nobody knows whether the message left; our id goes along and comes back with its status.
 */
export function whatsApp(settings: WhatsAppSettings, outbox: Provider): Provider {
  return {
    async send(message) {
      const phoneNumberId = message.sender?.phone_number_id ?? settings.phoneNumberId;
      const token = message.sender?.access_token ?? settings.accessToken;
      if (phoneNumberId === null || token === null) return outbox.send(message);
      try {
        const mediaId = await handOver(message, settings, phoneNumberId, token);
        const path = `${phoneNumberId}/messages`;
        const answer = await askMeta(settings.graph, path, token, bodyOf(message, mediaId));
        const accepted = answerSchema.safeParse(answer);
        if (!accepted.success) throw new Uncertain('The provider answered without an id');
        const reference = accepted.data.messages[0]?.id ?? null;
        return { status: 'sent', provider: 'whatsapp', reference };
      } catch (error) {
        if (!(error instanceof MetaFailure)) throw error;
        if (!error.isRefused) throw new Uncertain(error.message);
        throw error.isFinal ? new PermanentFailure(error.message) : new Error(error.message);
      }
    },
  };
}

/** Meta wants the file before the message. One that is handed over twice is forgotten there after 30 days. */
async function handOver(
  { media }: Message,
  { graph, storage }: WhatsAppSettings,
  phoneNumberId: string,
  token: string,
): Promise<string | null> {
  if (media === null) return null;
  const { path, type, name } = media;
  const bytes = await storage.get('messages', path);
  return uploadMedia(graph, phoneNumberId, token, { bytes, type, name }).catch((error: unknown) => {
    // Nothing has left for the customer yet: asking again sends nothing twice.
    if (error instanceof MetaFailure && !error.isFinal) throw new Error(error.message);
    throw error;
  });
}

function bodyOf(message: Message, mediaId: string | null): Record<string, unknown> {
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
    ...contentOf(message, mediaId),
  };
}

function contentOf(
  { kind, content, media, body }: Message,
  mediaId: string | null,
): Record<string, unknown> {
  if (media !== null && mediaId !== null) {
    const caption = body === media.name ? {} : { caption: body };
    return kind === 'image'
      ? { type: 'image', image: { id: mediaId, ...caption } }
      : { type: 'document', document: { id: mediaId, filename: media.name, ...caption } };
  }
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
