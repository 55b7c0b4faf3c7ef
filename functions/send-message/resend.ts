import { z } from 'zod';
import type { Fetch } from '../_shared/meta.ts';
import { post, type Provider } from './provider.ts';

export interface ResendSettings {
  apiKey: string;
  from: string;
}

const answerSchema = z.object({ id: z.string() });

/** E-mail through Resend. The message's id is its idempotency key: a repeated call sends once. */
export function resend(settings: ResendSettings, send: Fetch): Provider {
  return {
    async send(message) {
      const answer = await post(
        send,
        'https://api.resend.com/emails',
        { authorization: `Bearer ${settings.apiKey}`, 'idempotency-key': message.id },
        {
          from: settings.from,
          to: [message.recipient],
          subject: message.subject ?? '',
          text: message.body,
        },
      );
      return { status: 'sent', provider: 'resend', reference: answerSchema.parse(answer).id };
    },
  };
}
