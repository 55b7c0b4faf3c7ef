import { listNotices } from '#lib/messaging/notices.ts';
import { listTexts, listWhatsAppTemplates } from '#lib/messaging/templates.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:notice_choice', 'entity:message_template', 'entity:whatsapp_template');
  return reading(async () => {
    const [notices, templates] = await Promise.all([listNotices(null), listWhatsAppTemplates()]);
    const events = [...notices.map(({ event }) => event), 'invoice.reminder'];
    return { notices, templates, events, ...(await listTexts(events)) };
  });
}
