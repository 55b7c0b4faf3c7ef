import { DOOR_STANDING } from '#lib/choices.ts';
import type { Tables } from '#lib/database.types.ts';
import { ask, command } from '#lib/platform/command.ts';
import { anyLike, type Filter, inUseFilter } from '#lib/platform/filters.ts';
import { today } from '#lib/platform/format.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { territoryFilter } from '#lib/parties/parties.ts';
import { keptFilters } from '#lib/records/kept_filters.ts';
import { m } from '#lib/words.ts';

export type DoorRow = Awaited<ReturnType<typeof listDoors>>['rows'][number];
export type Door = Tables<'doors'>;
export type DoorOutcome = Tables<'door_outcomes'>;

const OUTCOME = 'door_outcomes!doors_tenant_id_last_outcome_id_fkey(name)';

const outcomeFilter: Filter = {
  name: 'outcome',
  label: m.last_outcome(),
  kind: 'record',
  column: 'last_outcome_id',
  optional: true,
  search: async (text) =>
    (
      await rows(
        supabase
          .from('door_outcomes')
          .select('id,name')
          .ilike('name', `%${text}%`)
          .order('place')
          .limit(20),
      )
    ).map((row) => ({ ...row, code: '' })),
  find: async (id) => {
    const found = await answerOf(
      supabase.from('door_outcomes').select('id,name').eq('id', id).maybeSingle(),
    );
    return found && { ...found, code: '' };
  },
};

export const DOORS: ListShape = {
  table: 'doors',
  sort: 'address',
  sortable: ['address', 'last_visited_at', 'next_visit_on', 'visits', 'created_at'],
  search: {
    label: m.address_or_note(),
    means: (typed) => [anyLike(typed, 'address', 'unit', 'note')],
  },
  filters: [
    {
      name: 'standing',
      label: m.how_it_stands(),
      kind: 'choice',
      tabs: true,
      options: choices(DOOR_STANDING),
    },
    territoryFilter,
    outcomeFilter,
    {
      name: 'next',
      label: m.next_visit(),
      kind: 'day',
      column: 'next_visit_on',
      optional: true,
    },
    inUseFilter,
    ...keptFilters('door'),
  ],
};

export function listDoors(list: ListQuery) {
  return readPage(DOORS, list, (relations) =>
    supabase.from('doors').select(having(`*,territories(name),${OUTCOME}`, relations)),
  );
}

/** What a door is called. */
export const doorName = (door: { address: string; unit: string }): string =>
  [door.address, door.unit].filter(Boolean).join(', ');

export interface DoorEntry {
  address: string;
  unit: string;
  territory: string;
  latitude: number | null;
  longitude: number | null;
  note: string;
  isActive: boolean;
}

/** Writes a door; of one that is there already the version that was seen. @returns null when somebody else was faster */
export function saveDoor(entry: DoorEntry, known: Pick<Door, 'id' | 'version'> | null) {
  const written = {
    address: entry.address.trim(),
    unit: entry.unit.trim(),
    territory_id: orNull(entry.territory),
    latitude: entry.latitude,
    longitude: entry.longitude,
    note: orNull(entry.note),
    is_active: entry.isActive,
  };
  return answerOf(
    known
      ? supabase
          .from('doors')
          .update(written)
          .eq('id', known.id)
          .eq('version', known.version)
          .select('id')
          .maybeSingle()
      : supabase.from('doors').insert(written).select('id').single(),
  );
}

/** A door, and what came of every visit at it. */
export function readDoor(id: string) {
  return answerOf(
    supabase
      .from('doors')
      .select(
        `*,territories(name),${OUTCOME},forbidden_by:memberships!doors_tenant_id_do_not_knock_by_fkey(users(full_name)),
        door_visits(*,door_outcomes(name,kind),leads(id,number,first_name,last_name),
          canvasser:memberships!door_visits_tenant_id_canvasser_id_fkey(users(full_name)))`,
      )
      .eq('id', id)
      .order('visited_at', { referencedTable: 'door_visits', ascending: false })
      .limit(200, { referencedTable: 'door_visits' })
      .maybeSingle(),
  );
}

export const forbidDoor = (
  door: Pick<Door, 'id' | 'version'>,
  entry: { reason: string; until: string },
) =>
  command('forbid_door', {
    door_id: door.id,
    reason: entry.reason.trim(),
    until: orNull(entry.until),
    expected_version: door.version,
  });

export const allowDoor = (door: Pick<Door, 'id' | 'version'>) =>
  command('allow_door', { door_id: door.id, expected_version: door.version });

export function doorOutcomes() {
  return rows(supabase.from('door_outcomes').select('*').order('place').limit(100));
}

export function doorAreas() {
  return rows(supabase.from('door_areas').select('*').order('name').limit(500));
}

/** Doors with a position, for the map. */
export function doorPlaces() {
  return rows(
    supabase
      .from('doors')
      .select('id,address,unit,latitude,longitude,standing')
      .eq('is_active', true)
      .not('latitude', 'is', null)
      .order('address')
      .limit(2000),
  );
}

export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** The first day of the period that today is in; weeks begin on Monday. */
export function beginningOf(period: Period): string {
  const now = today();
  if (period === 'month') return `${now.slice(0, 8)}01`;
  return period === 'day' ? now : today(-((new Date(now).getUTCDay() + 6) % 7));
}

export function doorResults(period: Period) {
  return ask('door_results', { since: beginningOf(period), until: today() });
}

/** Everything that a canvasser needs for a day, small enough to keep on the phone. */
export interface Walk {
  doors: Door[];
  /** Doors that he has visited today. */
  visited: string[];
  outcomes: DoorOutcome[];
  areas: { id: string; name: string; free: number }[];
  closers: { value: string; label: string }[];
}

export async function readWalk(account: string): Promise<Walk> {
  const day = today();
  const [claims, visits, outcomes, areas, closers] = await Promise.all([
    rows(
      supabase
        .from('door_claims')
        .select('doors(*)')
        .eq('canvasser_id', account)
        .eq('day', day)
        .order('created_at')
        .limit(500),
    ),
    rows(
      supabase
        .from('door_visits')
        .select('door_id')
        .eq('canvasser_id', account)
        .eq('visited_on', day)
        .limit(1000),
    ),
    doorOutcomes(),
    doorAreas(),
    session.can('doors.visit') ? ask('door_closers', {} as never) : [],
  ]);
  return {
    doors: claims.flatMap(({ doors }) => (doors ? [doors] : [])),
    visited: visits.map(({ door_id }) => door_id),
    outcomes: outcomes.filter(({ is_active }) => is_active),
    areas: areas.map((area) => ({
      id: area.territory_id ?? '',
      name: area.name ?? '',
      free: Number(area.fresh) + Number(area.due),
    })),
    closers: closers.map(({ account: value, full_name }) => ({ value, label: full_name })),
  };
}

/** Asks for more doors of an area; answers how many there were. */
export async function nextDoors(
  area: string,
  from: { latitude: number; longitude: number } | null,
): Promise<number> {
  const answer = await command('next_doors', {
    territory_id: area,
    latitude: from?.latitude ?? null,
    longitude: from?.longitude ?? null,
  });
  return (answer as { doors: string[] }).doors.length;
}

export const leaveDoors = () => command('leave_doors', {});

interface At {
  latitude: number | null;
  longitude: number | null;
}

/** Metres as the crow flies, near enough within a town; null where one of both is not known. */
export function metresBetween(one: At, other: At): number | null {
  if (one.latitude === null || one.longitude === null) return null;
  if (other.latitude === null || other.longitude === null) return null;
  const radians = Math.PI / 180;
  const north = (Number(other.latitude) - Number(one.latitude)) * radians;
  const east =
    (Number(other.longitude) - Number(one.longitude)) *
    radians *
    Math.cos(Number(one.latitude) * radians);
  return Math.round(6_371_000 * Math.hypot(north, east));
}

/** Doors in the order in which one walks: always the nearest next, those without a position last. */
export function inWalkingOrder<Where extends At>(doors: Where[], from: At | null): Where[] {
  const left = [...doors];
  const ordered: Where[] = [];
  for (let at = from; left.length > 0; at = ordered.at(-1) ?? null) {
    const away = (door: Where) => (at && metresBetween(at, door)) ?? Number.MAX_SAFE_INTEGER;
    const nearest = left.reduce((best, door) => (away(door) < away(best) ? door : best));
    left.splice(left.indexOf(nearest), 1);
    ordered.push(nearest);
  }
  return ordered;
}
