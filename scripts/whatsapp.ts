/**
 * Plays Meta's WhatsApp for a number of the running stack, with a page on which one writes as the
 * customer and sees what the company answers.
 *
 *   npm run whatsapp -- <phone number id> [address of the stack] [port]
 *
 * Both sides have to know the same secret of the app: WHATSAPP_APP_SECRET, and the stack also needs
 * WHATSAPP_VERIFY_TOKEN and WHATSAPP_API_URL=http://127.0.0.1:<port> when it is started.
 */
import { Meta } from './whatsapp/meta.ts';

const [phoneNumberId, stack = 'http://127.0.0.1:4321', port = '4399'] = process.argv.slice(2);
const appSecret = process.env['WHATSAPP_APP_SECRET'];
const write = (text: string): void => void process.stdout.write(`${text}\n`);

if (phoneNumberId === undefined || appSecret === undefined) {
  write(
    'WHATSAPP_APP_SECRET=… npm run whatsapp -- <phone number id> [address of the stack] [port]',
  );
  process.exitCode = 1;
} else {
  const webhook = `${stack}/functions/v1/whatsapp-webhook`;
  const meta = new Meta({ appSecret, webhook, phoneNumberId, port: Number(port) });
  await meta.start();
  write(`Write as the customer: ${meta.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void meta.stop());
}
