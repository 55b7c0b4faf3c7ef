import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { graph } from '../_shared/meta.ts';
import { connectStorage } from '../_shared/storage.ts';
import { africasTalking } from './africas_talking.ts';
import { makeHandler } from './handler.ts';
import { outbox } from './outbox.ts';
import { resend } from './resend.ts';
import { smtp } from './smtp.ts';
import { whatsApp } from './whatsapp.ts';

const { url, secretKey } = project();
const database = connectDatabase({ url, key: secretKey });

const apiKey = setting('RESEND_API_KEY');
const from = setting('EMAIL_FROM');
const smtpUrl = setting('SMTP_URL');
const smsName = setting('SMS_USERNAME');
const smsKey = setting('SMS_API_KEY');
const meta = {
  graph: graph(setting('WHATSAPP_API_URL')),
  storage: connectStorage({ url, key: secretKey }),
  accessToken: setting('WHATSAPP_ACCESS_TOKEN'),
  phoneNumberId: setting('WHATSAPP_PHONE_NUMBER_ID'),
};
const providers = {
  email:
    from === null
      ? outbox
      : smtpUrl !== null
        ? smtp({ url: smtpUrl, from })
        : apiKey !== null
          ? resend({ apiKey, from }, fetch)
          : outbox,
  whatsapp: whatsApp(meta, outbox),
  sms:
    smsKey !== null && smsName !== null
      ? africasTalking(
          {
            url: setting('SMS_API_URL') ?? 'https://api.africastalking.com',
            username: smsName,
            apiKey: smsKey,
            sender: setting('SMS_SENDER'),
          },
          fetch,
        )
      : outbox,
};

Deno.serve(
  makeHandler({
    database,
    secretKey,
    providers,
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
