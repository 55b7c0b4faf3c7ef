import type { Enums } from '#lib/database.types.ts';
import { ask } from '#lib/platform/command.ts';
import { money, quantity, today } from '#lib/platform/format.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import type { ExplainedKpi } from '#lib/ui/explanation.svelte.ts';
import { peopleAndTeams } from './commissions.ts';

export type Measure = Enums<'kpi_measure'>;
export type Kpi = Awaited<ReturnType<typeof kpiBoard>>[number];

const IN_MONEY: Measure[] = ['invoiced', 'received', 'deal_value'];

/** A figure of a measure, in money or as a number. */
export const inUnit = (measure: Measure, value: number) =>
  IN_MONEY.includes(measure) ? money(value) : quantity(value);

export const firstOf = (day: string) => `${day.slice(0, 7)}-01`;

/** The first day of the month so many months later. */
export function monthsFrom(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 10);
}

/** The last day of a month. */
export const lastOf = (month: string) =>
  new Date(Date.parse(monthsFrom(month, 1)) - 86_400_000).toISOString().slice(0, 10);

/** What a figure from a day to another is made of: of a person, of a team, or (without a subject) of the company. */
export const inPeriod = (
  measure: Measure,
  since: string,
  until: string,
  subject?: string,
): ExplainedKpi => ({
  measure,
  since,
  until,
  subject,
  isQuantity: !IN_MONEY.includes(measure),
});

export const ofMonth = (measure: Measure, month: string, subject?: string): ExplainedKpi =>
  inPeriod(measure, month, lastOf(month), subject);

/** The month of an address; this one where it names none. */
export function monthIn(url: { searchParams: { get(name: string): string | null } }): string {
  const asked = url.searchParams.get('month') ?? '';
  return /^20\d\d-(0[1-9]|1[0-2])-01$/.test(asked) ? asked : firstOf(today());
}

/** @param subject account of a person, or a team; without one: the company */
export async function kpiBoard(month: string, subject?: string) {
  const found = await ask('kpi_board', { month, ...(subject && { subject }) });
  return found.map((kpi) => ({
    ...kpi,
    value: Number(kpi.value),
    previous: Number(kpi.previous),
    target: kpi.target === null ? null : Number(kpi.target),
    elapsed: Number(kpi.elapsed),
  }));
}

/** People and teams whose figures somebody sees: his own, those of the teams that he leads, or everybody's. */
export async function whoseFigures(account: string, seesAll: boolean) {
  const [all, teams, members] = await Promise.all([
    peopleAndTeams(),
    rows(supabase.from('teams').select('id,parent_id').eq('is_active', true).limit(200)),
    rows(supabase.from('team_members').select('team_id,is_lead,memberships(user_id)').limit(1000)),
  ]);
  if (seesAll) return all;
  const led = new Set(
    members
      .filter(({ is_lead, memberships }) => is_lead && memberships?.user_id === account)
      .map(({ team_id }) => team_id),
  );
  // Teams below come with the one above; a set that grows while it is gone through ends with the lowest.
  for (const above of led) {
    for (const { id, parent_id } of teams) if (parent_id === above) led.add(id);
  }
  const line = new Set([
    account,
    ...members.filter(({ team_id }) => led.has(team_id)).map((it) => it.memberships?.user_id),
  ]);
  return {
    people: all.people.filter(({ value }) => line.has(value)),
    teams: all.teams.filter(({ value }) => led.has(value)),
  };
}

export const agentPerformance = (since: string, until: string) =>
  ask('agent_performance', { since, until });

/** All of them, also those that are out of use. */
export function kpiDefinitions() {
  return rows(supabase.from('kpi_definitions').select('*').order('place').order('name').limit(100));
}

export function kpiTargets(month: string) {
  return rows(
    supabase
      .from('kpi_targets')
      .select('*,kpi_definitions(name,measure),teams(name),person:memberships(users(full_name))')
      .eq('month', month)
      .order('created_at')
      .limit(500),
  );
}
