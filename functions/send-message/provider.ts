import type { Fetch } from '../_shared/meta.ts';

/** A message as the database hands it out. */
export interface Message {
  id: string;
  channel: 'whatsapp' | 'email' | 'sms';
  recipient: string;
  subject: string | null;
  body: string;
  /** text, or template for what leaves as an approved template of WhatsApp. */
  kind: string;
  /** Of a template: its name, language and what is filled in, in order. */
  content: { name: string; language: string; parameters: string[] } | null;
  /** The file that goes with it, in the bucket messages. */
  media: { path: string; type: string; name: string } | null;
  /** The provider's id of the message that it answers. */
  reply_to: string | null;
  /** The company's own number at WhatsApp, and its token where it has one. */
  sender: { phone_number_id: string; access_token: string | null } | null;
}

/** What became of it. */
export interface Delivery {
  status: 'sent' | 'simulated';
  provider: string;
  reference: string | null;
}

/** One way out. */
export interface Provider {
  send(message: Message): Promise<Delivery>;
}

/** The provider said no for good: sending the same again cannot help. */
export class PermanentFailure extends Error {
  override name = 'PermanentFailure';
}

/** Nobody knows whether it left: asking again could send it twice. */
export class Uncertain extends Error {
  override name = 'Uncertain';
}

const TIMEOUT_MS = 10_000;

/** Posts JSON to a provider; throws {@link PermanentFailure} for a refusal, `Error` for a hiccup. */
export async function post(
  send: Fetch,
  url: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<unknown> {
  const response = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const problem = `The provider answered ${response.status}`;
  const mayPass = response.status === 408 || response.status === 429 || response.status >= 500;
  throw mayPass ? new Error(problem) : new PermanentFailure(problem);
}
