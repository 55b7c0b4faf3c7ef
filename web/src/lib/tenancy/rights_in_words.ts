import { label } from '#lib/platform/label.ts';
import { RIGHTS } from '#lib/rights.ts';
import { type Role, type rolePermissions, ROLES } from './tenancy.ts';
import { m, terms } from '#lib/words.ts';

/** What a role is for, in one sentence. */
export const ROLE_WORDS: Record<Role, string> = {
  owner: m.the_owner_may_do_everything(),
  admin: m.an_admin_runs_the_portal_for_the(),
  manager: m.a_manager_decides(terms),
  sales: m.sales_takes_orders_and_looks_after(terms),
  agent: m.an_agent_takes_orders_outside(terms),
  warehouse: m.the_warehouse_keeps_and_counts_stock(terms),
  dispatcher: m.a_dispatcher_plans_trips(terms),
  driver: m.a_driver_delivers(terms),
  auditor: m.an_auditor_sees_everything_and_confirms(),
  finance: m.finance_bills_and_takes_money(terms),
  analyst: m.an_analyst_reads_figures(),
  viewer: m.a_viewer_reads_only(),
  customer: m.a_customer_sees_his_own(terms),
};

/** What one role may do about one kind of thing. */
export interface Area {
  name: string;
  /** One sentence for each right. */
  rights: { permission: string; text: string; isOwn: boolean }[];
}

/** What each role may do now, in words, by what it is about; `isOwn` where the company has added it itself. */
export function rightsInWords(
  rights: Awaited<ReturnType<typeof rolePermissions>>,
): { role: Role; text: string; areas: Area[]; taken: string[] }[] {
  return ROLES.map((role) => {
    const own = rights.overrides.filter((row) => row.role === role);
    const held = new Set(
      rights.defaults.filter((row) => row.role === role).map((row) => row.permission),
    );
    const taken = own.filter((row) => !row.is_granted && held.has(row.permission));
    const added = own.filter((row) => row.is_granted && !held.has(row.permission));
    for (const row of taken) held.delete(row.permission);
    for (const row of added) held.add(row.permission);
    const areas = new Map<string, Area>();
    for (const { permission } of rights.permissions) {
      if (!held.has(permission)) continue;
      const noun = permission.split('.')[0] ?? '';
      const area = areas.get(noun) ?? { name: label(noun), rights: [] };
      area.rights.push({
        permission,
        text: RIGHTS[permission]?.() ?? permission,
        isOwn: added.some((row) => row.permission === permission),
      });
      areas.set(noun, area);
    }
    return {
      role,
      text: ROLE_WORDS[role],
      areas: [...areas.values()],
      taken: taken.map((row) => RIGHTS[row.permission]?.() ?? row.permission),
    };
  });
}
