import Route from '@lucide/svelte/icons/route';
import { command } from '#lib/platform/command.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export type PlanningSession = Awaited<ReturnType<typeof listPlanningSessions>>['rows'][number];
export type PlanningRecord = NonNullable<Awaited<ReturnType<typeof readPlanningSession>>>;
export type PlannedOrder = PlanningRecord['planning_orders'][number];
export type PlannedVehicle = PlanningRecord['planning_vehicles'][number];

export const planningCommands = {
  start_optimization: {
    label: m.share_out_the_orders(terms),
    icon: Route,
    variant: 'primary',
    done: m.the_routes_are_being_planned(),
  },
  retry: { label: m.try_again(), variant: 'primary', done: m.the_routes_are_being_planned() },
  apply: {
    label: m.make_the_trips(terms),
    variant: 'primary',
    done: m.the_trips_were_made(terms),
    asks: {
      title: m.make_trips_of_this_plan(terms),
      text: m.each_route_becomes_a_trip_of_its(terms),
      reason: 'none',
    },
  },
  cancel: {
    label: m.give_up_the_plan(),
    variant: 'danger',
    done: m.the_plan_was_given_up(),
    asks: {
      title: m.give_up_this_plan(),
      text: m.its_orders_can_be_planned_anew(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'planning_session'>;

export const PLANNING_SESSIONS = documentList('planning_session', {
  sort: '-planned_on',
  sortable: ['planned_on'],
  filters: [
    placeFilter(m.depot(terms)),
    { name: 'planned_on', label: m.day(), kind: 'day' },
    enteredFilter(),
  ],
});

export function listPlanningSessions(list: ListQuery) {
  return readPage(PLANNING_SESSIONS, list, () =>
    supabase
      .from('planning_sessions')
      .select(
        '*,warehouses(name),run:planning_runs!planning_sessions_tenant_id_run_id_fkey(cost,unassigned)',
      ),
  );
}

/** A plan with its orders, vans, runs (newest first) and the trips that were made of it. */
export function readPlanningSession(id: string) {
  return answerOf(
    supabase
      .from('planning_sessions')
      .select(
        `*,allowed_commands,warehouses(name,latitude,longitude),trips(id,number,status,planned_start_at),
        planning_vehicles(id,vehicle_id,vehicles(name,registration,capacity_kg,capacity_l,capacity_units)),
        planning_orders(id,order_id,vehicle_id,sequence,arrival_at,reason,
          orders(id,number,status,customer_id,customers(name),customer_addresses(label,city,latitude,longitude),
            order_items(quantity,products(weight_kg,volume_l)))),
        runs:planning_runs!planning_runs_tenant_id_planning_session_id_fkey(id,started_at,ended_at,cost,duration_ms,unassigned,engine,failure,detail)`,
      )
      .eq('id', id)
      .order('place', { referencedTable: 'planning_vehicles' })
      .order('sequence', { referencedTable: 'planning_orders' })
      .order('started_at', { referencedTable: 'runs', ascending: false })
      .maybeSingle(),
  );
}

export interface PlanInput {
  warehouse_id: string;
  planned_on: string;
  order_ids: string[];
  vehicle_ids: string[];
  service_minutes: number;
  max_stops: number | null;
  break_minutes: number;
}

export function createPlanningSession(input: PlanInput) {
  return command('create_planning_session', input);
}
