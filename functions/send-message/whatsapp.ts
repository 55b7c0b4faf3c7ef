import { z } from 'zod';
import { post, type Fetch, type Provider } from './provider.ts';

export interface WhatsAppSettings {
  accessToken: string;
  phoneNumberId: string;
}

const GRAPH_VERSION = 'v23.0';
const answerSchema = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });

/** Meta's WhatsApp Cloud API. Recipients are E.164 numbers; it wants them without the plus. */
export function whatsApp(settings: WhatsAppSettings, send: Fetch): Provider {
  return {
    async send(message) {
      const answer = await post(
        send,
        `https://graph.facebook.com/${GRAPH_VERSION}/${settings.phoneNumberId}/messages`,
        { authorization: `Bearer ${settings.accessToken}` },
        {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          to: message.recipient.replace(/^\+/, ''),
          type: 'text',
          text: { body: message.body },
        },
      );
      const reference = answerSchema.parse(answer).messages[0]?.id ?? null;
      return { status: 'sent', provider: 'whatsapp', reference };
    },
  };
}
