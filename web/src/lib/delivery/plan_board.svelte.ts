import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { toPortalError } from '#lib/errors.ts';
import { perform, showError } from '#lib/platform/perform.ts';
import { m, terms } from '#lib/words.ts';
import type { VroomInput } from '../../../../solver/mod.ts';
import {
  hasPosition,
  moveStops,
  type PlannedOrder,
  type PlannedVehicle,
  type PlanningRecord,
  planningProblem,
} from './planning.ts';
import { type Routes, type Trial, tryOut } from './plan_trial.ts';

/** A place on the board: a van and which stop of it, counted from 1; or off the vans. */
export interface Spot {
  vehicleId: string | null;
  sequence: number;
}

/** A column: a van with its stops, or what is on no van. */
export interface Lane {
  van: PlannedVehicle | null;
  stops: PlannedOrder[];
}

/**
 * The routes of a plan as columns of stops. A stop is held by the mouse, a finger or the keyboard, and the
 * board shows it where it would go, with what that would cost; put down, it is moved there.
 */
export class PlanBoard {
  readonly #plan: () => PlanningRecord;
  #problem: Promise<VroomInput> | null = null;
  #trials = 0;
  held = $state<{ order: PlannedOrder; to: Spot } | null>(null);
  /** The focus follows a stop that is moved by the keyboard. */
  isByKeyboard = false;
  trial = $state.raw<Trial | null>(null);
  /** What assistive technology is told. */
  said = $state('');
  isBusy = $state(false);
  /** Orders chosen together, on the map or by their boxes. */
  readonly chosen = new SvelteSet<string>();

  constructor(plan: () => PlanningRecord) {
    this.#plan = plan;
  }

  readonly lanes: Lane[] = $derived.by(() => {
    const { held } = this;
    const { planning_orders: orders, planning_vehicles: vans } = this.#plan();
    return [null, ...vans].map((van) => {
      const vehicleId = van?.vehicle_id ?? null;
      const stops = orders.filter(
        (order) => order.vehicle_id === vehicleId && order.id !== held?.order.id,
      );
      if (held && held.to.vehicleId === vehicleId)
        stops.splice(held.to.sequence - 1, 0, held.order);
      return { van, stops };
    });
  });

  readonly mayMove = $derived.by(
    () => this.#plan().allowed_commands?.includes('move_stops') ?? false,
  );

  isFixed(order: PlannedOrder): boolean {
    const van = this.#vanOf(order.vehicle_id);
    return !this.mayMove || order.is_locked || (van?.is_locked ?? false) || !hasPosition(order);
  }

  pickUp(order: PlannedOrder): void {
    if (this.isFixed(order) || this.isBusy) return;
    this.held = { order, to: { vehicleId: order.vehicle_id, sequence: this.#sequenceOf(order) } };
    this.trial = null;
    this.said = m.picked_up_order_number({ order_number: numberOf(order), where: this.#where() });
  }

  /** Shows the held stop at another place. */
  hold(to: Spot): void {
    const { held } = this;
    if (!held || this.isBusy) return;
    if (held.to.vehicleId === to.vehicleId && held.to.sequence === to.sequence) return;
    if (this.#vanOf(to.vehicleId)?.is_locked) return;
    this.held = { ...held, to };
    this.said = this.#where();
    void this.#try();
  }

  /** One step with the arrows: along the route, or to the van beside. */
  step(direction: 'up' | 'down' | 'left' | 'right'): void {
    const { held, lanes } = this;
    if (!held) return;
    const at = lanes.findIndex(({ van }) => (van?.vehicle_id ?? null) === held.to.vehicleId);
    const count = lanes[at]?.stops.length ?? 1;
    if (direction === 'up' || direction === 'down') {
      const sequence = held.to.sequence + (direction === 'up' ? -1 : 1);
      if (sequence >= 1 && sequence <= count) this.hold({ ...held.to, sequence });
      return;
    }
    const way = direction === 'left' ? -1 : 1;
    for (let next = at + way; next >= 0 && next < lanes.length; next += way) {
      const lane = lanes[next];
      if (!lane || lane.van?.is_locked) continue;
      const sequence = Math.min(held.to.sequence, lane.stops.length + 1);
      this.hold({ vehicleId: lane.van?.vehicle_id ?? null, sequence });
      return;
    }
  }

  leave(): void {
    if (!this.held || this.isBusy) return;
    this.said = m.left_where_it_was({ order_number: numberOf(this.held.order) });
    this.#letGo();
  }

  async putDown(): Promise<void> {
    const { held } = this;
    if (!held || this.isBusy) return;
    const { order, to } = held;
    const isMoved =
      to.vehicleId !== order.vehicle_id ||
      (to.vehicleId !== null && to.sequence !== this.#sequenceOf(order));
    const where = this.#where();
    if (isMoved) await this.#give([order.order_id], to);
    this.said = m.put_down_order_number({ order_number: numberOf(order), where });
    this.#letGo();
  }

  /** Gives all chosen orders to a van, each where it fits best, or takes them off. */
  async give(vehicleId: string | null): Promise<void> {
    if (await this.#give([...this.chosen], { vehicleId })) this.chosen.clear();
  }

  async #give(orderIds: string[], to: { vehicleId: string | null; sequence?: number }) {
    this.isBusy = true;
    const moved = await perform(() => moveStops(this.#plan(), orderIds, to), {
      done: m.the_stop_was_moved(),
      touches: ['planning_session'],
    });
    this.isBusy = false;
    return moved;
  }

  #letGo(): void {
    this.held = null;
    this.trial = null;
    this.#trials += 1;
  }

  async #try(): Promise<void> {
    const mine = (this.#trials += 1);
    this.trial = null;
    const { held } = this;
    if (!held) return;
    const { planning_orders: orders } = this.#plan();
    const vans = [held.order.vehicle_id, held.to.vehicleId];
    const before: Routes = new SvelteMap();
    const after: Routes = new SvelteMap();
    for (const { van, stops } of this.lanes) {
      if (!van || !vans.includes(van.vehicle_id)) continue;
      const was = orders.filter((order) => order.vehicle_id === van.vehicle_id);
      before.set(
        van.place,
        was.map((order) => order.place),
      );
      after.set(
        van.place,
        stops.map((order) => order.place),
      );
    }
    try {
      this.#problem ??= planningProblem(this.#plan().id);
      const trial = await tryOut(await this.#problem, before, after);
      if (mine === this.#trials) this.trial = trial;
    } catch (cause) {
      this.#problem = null;
      showError(toPortalError(cause));
    }
  }

  #vanOf(vehicleId: string | null): PlannedVehicle | undefined {
    return this.#plan().planning_vehicles.find((van) => van.vehicle_id === vehicleId);
  }

  #sequenceOf(order: PlannedOrder): number {
    const beside = this.#plan().planning_orders.filter(
      (other) => other.vehicle_id === order.vehicle_id,
    );
    return order.sequence ?? beside.findIndex(({ id }) => id === order.id) + 1;
  }

  #where(): string {
    const { held } = this;
    const lane = this.lanes.find(({ van }) => (van?.vehicle_id ?? null) === held?.to.vehicleId);
    if (!held || !lane?.van) return m.on_no_van(terms);
    return m.stop_sequence_of_count_on_van({
      sequence: held.to.sequence,
      count: lane.stops.length,
      on: lane.van.vehicles?.name ?? '',
    });
  }
}

export const numberOf = (order: PlannedOrder) => order.orders?.number ?? '';
