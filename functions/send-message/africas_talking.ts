import { z } from 'zod';
import type { Fetch } from '../_shared/meta.ts';
import { PermanentFailure, Uncertain, type Provider } from './provider.ts';

export interface SmsSettings {
  url: string;
  username: string;
  apiKey: string;
  /** What is shown as the sender; null: a number of the provider. */
  sender: string | null;
}

const TIMEOUT_MS = 10_000;
/** Taken: processed, sent or queued there. */
const TAKEN = [100, 101, 102];
/** What may pass: no money left, and trouble of the provider or its gateways. */
const PASSING = [405, 407, 500, 501];

const answerSchema = z.object({
  SMSMessageData: z.object({
    Recipients: z.array(z.object({ statusCode: z.number(), messageId: z.string() })).min(1),
  }),
});

/** Text messages through Africa's Talking, which knows no key that would make a second call harmless. */
export function africasTalking(settings: SmsSettings, send: Fetch): Provider {
  const { url, username, apiKey, sender } = settings;
  return {
    async send({ recipient, body }) {
      const form = { username, to: recipient, message: body, ...(sender ? { from: sender } : {}) };
      const response = await send(`${url}/version1/messaging`, {
        method: 'POST',
        headers: {
          apiKey,
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(form).toString(),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new Uncertain(`No answer: ${cause instanceof Error ? cause.name : 'unknown'}`);
      });
      const answer = answerSchema.safeParse(await response.json().catch(() => null));
      const problem = `The provider answered ${response.status}`;
      if (!response.ok) {
        if (response.status === 429) throw new Error(problem);
        throw response.status < 500 ? new PermanentFailure(problem) : new Uncertain(problem);
      }
      const [told] = answer.success ? answer.data.SMSMessageData.Recipients : [];
      // Taken by no recipient: it says so and has sent nothing.
      if (told === undefined) throw new PermanentFailure(`${problem} without a recipient`);
      if (TAKEN.includes(told.statusCode)) {
        return { status: 'sent', provider: 'africas_talking', reference: told.messageId };
      }
      const refusal = `The provider said ${told.statusCode}`;
      throw PASSING.includes(told.statusCode) ? new Error(refusal) : new PermanentFailure(refusal);
    },
  };
}
