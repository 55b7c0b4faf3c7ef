import Route from '@lucide/svelte/icons/route';
import { askJson, command } from '#lib/platform/command.ts';
import { amount, quantity } from '#lib/platform/format.ts';
import { type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';
import type { VroomInput } from '../../../../solver/mod.ts';
import type { PlanShot } from './plan_difference.ts';

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
        planning_vehicles(id,vehicle_id,place,is_locked,starts_at,ends_at,travel_seconds,metres,cost,violations,
          vehicles(name,registration,capacity_kg,capacity_l,capacity_units,cost_per_hour,cost_per_km)),
        planning_orders(id,order_id,place,vehicle_id,sequence,arrival_at,late_seconds,is_locked,reason,
          orders(id,number,status,customer_id,customers(name),
            customer_addresses(label,city,latitude,longitude,window_start,window_end),
            order_items(quantity,products(weight_kg,volume_l)))),
        planning_changes(id,order_id,from_vehicle_id,from_sequence,to_vehicle_id,to_sequence,cost_difference,changed_at),
        runs:planning_runs!planning_runs_tenant_id_planning_session_id_fkey(id,started_at,ended_at,cost,duration_ms,unassigned,engine,failure,detail,progress)`,
      )
      .eq('id', id)
      .order('place', { referencedTable: 'planning_vehicles' })
      .order('sequence', { referencedTable: 'planning_orders' })
      .order('started_at', { referencedTable: 'runs', ascending: false })
      .order('changed_at', { referencedTable: 'planning_changes', ascending: false })
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

/** Puts orders on a van from a place of its route on, or where they fit best; without a van takes them off. */
export function moveStops(
  plan: PlanningRecord,
  orderIds: string[],
  to: { vehicleId: string | null; sequence?: number },
) {
  return command('move_stops', {
    planning_session_id: plan.id,
    order_ids: orderIds,
    expected_version: plan.version,
    ...(to.vehicleId === null ? {} : { vehicle_id: to.vehicleId }),
    ...(to.sequence === undefined ? {} : { sequence: to.sequence }),
  });
}

export function lockStops(plan: PlanningRecord, orderIds: string[], isLocked: boolean) {
  return command('lock_stops', {
    planning_session_id: plan.id,
    order_ids: orderIds,
    is_locked: isLocked,
    expected_version: plan.version,
  });
}

export function lockRoute(plan: PlanningRecord, vehicleId: string, isLocked: boolean) {
  return command('lock_route', {
    planning_session_id: plan.id,
    vehicle_id: vehicleId,
    is_locked: isLocked,
    expected_version: plan.version,
  });
}

/** Sets the position of an order's address, so that a van can be sent there. */
export function locateOrder(
  plan: PlanningRecord,
  orderId: string,
  latitude: number,
  longitude: number,
) {
  return command('locate_order', {
    planning_session_id: plan.id,
    order_id: orderId,
    latitude,
    longitude,
    expected_version: plan.version,
  });
}

/** The plans before and after each finished run, the newest first. */
export async function planShots(planId: string) {
  const found = await rows(
    supabase
      .from('planning_runs')
      .select('id,started_at,before,plan')
      .eq('planning_session_id', planId)
      .not('plan', 'is', null)
      .order('started_at', { ascending: false })
      .limit(20),
  );
  return found as unknown as {
    id: string;
    started_at: string;
    before: PlanShot;
    plan: PlanShot;
  }[];
}

/** The plan as it stands now, as a run would keep it. */
export function shotOf(plan: PlanningRecord): PlanShot {
  const vans = plan.planning_vehicles;
  const orders = plan.planning_orders;
  const sum = (figure: 'cost' | 'travel_seconds' | 'metres') =>
    vans.reduce((total, van) => total + van[figure], 0);
  return {
    cost: sum('cost'),
    seconds: sum('travel_seconds'),
    metres: sum('metres'),
    vans: vans.filter((van) => van.starts_at).length,
    late: orders.filter((order) => order.late_seconds > 0).length,
    unassigned: orders.filter((order) => !order.vehicle_id).length,
    stops: orders,
  };
}

/** What a solver is asked for the plan, without its locks. */
export function planningProblem(planId: string) {
  return askJson<VroomInput, 'planning_problem'>('planning_problem', {
    planning_session_id: planId,
  });
}

/** Whether the routes are judged by money: else by the seconds that they take on the way. */
export function costsMoney(plan: PlanningRecord): boolean {
  return plan.planning_vehicles.some(
    ({ vehicles }) => Number(vehicles?.cost_per_hour) + Number(vehicles?.cost_per_km) > 0,
  );
}

/** Whether a van can be sent there. Zero, zero lies in the sea. */
export function hasPosition(order: PlannedOrder): boolean {
  const at = order.orders?.customer_addresses;
  return (
    !!at &&
    at.latitude !== null &&
    at.longitude !== null &&
    !(at.latitude === 0 && at.longitude === 0)
  );
}

/** A cost, or the difference of two, as the plan's solver counts it. */
export function costInWords(plan: PlanningRecord, cost: number): string {
  return costsMoney(plan)
    ? amount(cost)
    : m.n_minutes({ minutes: quantity(Math.round(cost / 60)) });
}

export const kilometres = (metres: number) => quantity(Math.round(metres / 100) / 10);
