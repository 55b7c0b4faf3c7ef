import { taxChoices } from '#lib/catalogue/taxes.ts';
import { listPaybills } from '#lib/billing/statements.ts';
import { listAgents } from '#lib/messaging/agents.ts';
import { listChannels } from '#lib/messaging/channels.ts';
import { teamChoices } from '#lib/messaging/inbox.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { readSettings } from '#lib/tenancy/tenancy.ts';
import { noun } from '#lib/platform/label.ts';

export function load({ depends }) {
  depends('entity:tenant_setting', 'entity:paybill', 'entity:channel', 'entity:ai_agent');
  return reading(async () => {
    const [settings, paybills, channels, agents, teams, taxes] = await Promise.all([
      readSettings(),
      listPaybills(),
      listChannels(),
      listAgents(),
      teamChoices(),
      taxChoices(),
    ]);
    return { settings: found(settings, noun('company')), paybills, channels, agents, teams, taxes };
  });
}
