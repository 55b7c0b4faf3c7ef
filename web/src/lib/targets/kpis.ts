import type { Enums } from '#lib/database.types.ts';
import { ask } from '#lib/platform/command.ts';
import { money, quantity, today } from '#lib/platform/format.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

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
