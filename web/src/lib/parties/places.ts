import type { Area } from '#lib/map/area.ts';
import type { Json, Tables } from '#lib/database.types.ts';
import { askJson } from '#lib/platform/command.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

/** A customer on the map. */
export interface CustomerPlace {
  id: string;
  code: string;
  name: string;
  status: string;
  territoryId: string | null;
  position: [longitude: number, latitude: number];
}

type Told = [string, string, string, string, string | null, number, number];

/** Where the customers are, and how many have no position. */
export async function customerPlaces(): Promise<{ places: CustomerPlace[]; without: number }> {
  const { places, without } = await askJson<{ places: Told[]; without: number }, 'customer_places'>(
    'customer_places',
    {},
  );
  return {
    without,
    places: places.map(([id, code, name, status, territoryId, longitude, latitude]) => ({
      id,
      code,
      name,
      status,
      territoryId,
      position: [longitude, latitude],
    })),
  };
}

/** Depots and shops that have a position. */
export function depotPlaces() {
  return rows(
    supabase
      .from('warehouses')
      .select('id,name,kind,latitude,longitude')
      .eq('is_active', true)
      .in('kind', ['depot', 'shop'])
      .not('latitude', 'is', null)
      .order('name')
      .limit(500),
  );
}

export type Borders = Pick<Tables<'territories'>, 'id' | 'name' | 'code'> & { area: Area };

/** The territories in use that have borders. */
export async function drawnTerritories(): Promise<Borders[]> {
  const drawn = await rows(
    supabase
      .from('territories')
      .select('id,name,code,area')
      .eq('is_active', true)
      .not('area', 'is', null)
      .order('name')
      .limit(500),
  );
  return drawn as unknown as Borders[];
}

export function readTerritory(id: string) {
  return answerOf(
    supabase
      .from('territories')
      .select('*,territory_reps(id,membership_id,memberships(users(full_name,email)))')
      .eq('id', id)
      .maybeSingle(),
  );
}

/** What borders would change. */
export interface AreaPreview {
  inside: number;
  comes: number;
  goes: number;
  moved: { customer_id: string; code: string; name: string; way: 'comes' | 'goes' }[];
  overlaps: { id: string; code: string; name: string }[];
  beyond: { id: string; code: string; name: string } | null;
}

export function previewArea(
  area: Area | null,
  territory: Pick<Tables<'territories'>, 'id' | 'parent_id'>,
): Promise<AreaPreview> {
  return askJson<AreaPreview, 'preview_area'>('preview_area', {
    area: area as unknown as Json,
    territory_id: territory.id,
    parent_id: territory.parent_id ?? undefined,
  });
}

/** Null when somebody else changed the territory in the meantime. */
export function saveArea(territory: Tables<'territories'>, area: Area | null) {
  return answerOf(
    supabase
      .from('territories')
      .update({ area: area as unknown as Json })
      .eq('id', territory.id)
      .eq('version', territory.version)
      .select('id')
      .maybeSingle(),
  );
}

/** Who may sell in a territory, as far as the reader sees the people of the company. */
export async function sellers(): Promise<{ id: string; name: string }[]> {
  const members = await rows(
    supabase
      .from('memberships')
      .select('id,users(full_name,email)')
      .eq('status', 'active')
      .in('role', ['sales', 'agent', 'manager', 'admin', 'owner'])
      .limit(500),
  );
  return members
    .map(({ id, users }) => ({ id, name: users?.full_name ?? users?.email ?? '' }))
    .filter(({ name }) => name !== '')
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

export function addRep(territoryId: string, membershipId: string) {
  return answerOf(
    supabase
      .from('territory_reps')
      .insert({ territory_id: territoryId, membership_id: membershipId }),
  );
}

export function removeRep(id: string) {
  return answerOf(supabase.from('territory_reps').delete().eq('id', id));
}
