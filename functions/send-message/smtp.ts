import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { PermanentFailure, Uncertain, type Provider } from './provider.ts';

export interface SmtpSettings {
  /** smtps://name:password@host:465, or smtp://… where the server changes to TLS itself. */
  url: string;
  from: string;
}

const TIMEOUT_MS = 10_000;

/**
 * E-mail through a mail server. SMTP knows no key that makes a second call harmless; our id is the mail's
 * Message-ID, by which mailboxes know the same mail again.
 */
export function smtp({ url, from }: SmtpSettings): Provider {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // What is sent is text of ours: no file and no address of it is ever read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, recipient, subject, body }) {
      const messageId = `<${id}@${domain}>`;
      let isOnItsWay = false;
      // Read only once the server has said that it takes the mail.
      const text = Readable.from(
        (function* () {
          isOnItsWay = true;
          yield body;
        })(),
      );
      await transport
        .sendMail({ from, to: recipient, subject: subject ?? '', text, messageId })
        .catch((error: unknown) => {
          throw failure(error, isOnItsWay);
        });
      return { status: 'sent', provider: 'smtp', reference: messageId };
    },
  };
}

function failure(error: unknown, isOnItsWay: boolean): Error {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  // Never the whole message: servers repeat names and passwords in it.
  const problem = `The mail server answered ${responseCode ?? code ?? 'nothing'}`;
  if (responseCode !== undefined && responseCode >= 500) return new PermanentFailure(problem);
  if (responseCode === undefined && isOnItsWay) return new Uncertain(problem);
  return new Error(problem);
}
