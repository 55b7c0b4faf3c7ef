/**
 * The current plan: one doubly linked list per vehicle, and for every node what an insertion
 * next to it needs to know, so that trying a place costs a handful of array reads:
 *
 * - `departure`: earliest time the vehicle can leave the node,
 * - `latest`: latest arrival at the node that keeps everything after it in its windows,
 * - `latestDeparture`: the same for leaving it,
 * - `load`, `loadBefore`, `loadAfter`: load on the leg behind the node, and the largest load on
 *   any leg up to and including that one, and from that one on.
 */
import { keepsTimes, newScratch } from './feasibility.ts';
import type { Scratch } from './feasibility.ts';
import { startOfService, latestStart } from './windows.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';

export class Tours {
  readonly model: Model;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Vehicle of a node, -1 for a task that is left out. */
  readonly vehicle: Int32Array;
  /** Cost of the leg behind a node. */
  readonly leg: Float64Array;
  readonly departure: Float64Array;
  readonly latest: Float64Array;
  readonly latestDeparture: Float64Array;
  readonly load: Float64Array;
  readonly loadBefore: Float64Array;
  readonly loadAfter: Float64Array;

  readonly count: Int32Array;
  readonly cost: Float64Array;
  readonly travel: Float64Array;
  readonly distance: Float64Array;
  /** Sums over the jobs of a route: what leaves the depot and what comes back to it. */
  readonly delivered: Float64Array;
  readonly collected: Float64Array;
  /** Changes whenever a route changes and comes back when the route comes back. */
  readonly version: Int32Array;

  /** Vehicles with at least one task, in no particular order. */
  readonly used: Int32Array;
  usedCount = 0;
  readonly #usedAt: Int32Array;
  /** Vehicles without tasks, stacked by type. */
  readonly #idle: Int32Array;
  readonly #idleOffset: Int32Array;
  readonly #idleCount: Int32Array;
  readonly #idleAt: Int32Array;

  /** Items that are left out. */
  readonly absent: Int32Array;
  absentCount = 0;
  readonly #absentAt: Int32Array;
  /** Sum of the weights of the items left out, and cost of all routes. */
  missing = 0;
  totalCost = 0;

  readonly scratch: Scratch;
  #versions = 0;
  readonly #saved: Int32Array;
  readonly #savedAt: Int32Array;
  readonly #savedVersion: Int32Array;
  readonly #savedVehicles: Int32Array;
  #savedCount = 0;
  readonly #isSaved: Uint8Array;
  readonly #savedAbsent: Int32Array;
  #savedAbsentCount = 0;

  constructor(model: Model) {
    const { nodes, vehicles, amounts, tasks } = model;
    this.model = model;
    this.next = new Int32Array(nodes);
    this.previous = new Int32Array(nodes);
    this.vehicle = new Int32Array(nodes).fill(-1);
    this.leg = new Float64Array(nodes);
    this.departure = new Float64Array(nodes);
    this.latest = new Float64Array(nodes);
    this.latestDeparture = new Float64Array(nodes);
    const loads = model.legLoads ? nodes * amounts : 0;
    this.load = new Float64Array(loads);
    this.loadBefore = new Float64Array(loads);
    this.loadAfter = new Float64Array(loads);
    this.count = new Int32Array(vehicles);
    this.cost = new Float64Array(vehicles);
    this.travel = new Float64Array(vehicles);
    this.distance = new Float64Array(vehicles);
    this.delivered = new Float64Array(vehicles * amounts);
    this.collected = new Float64Array(vehicles * amounts);
    this.version = new Int32Array(vehicles);
    this.used = new Int32Array(vehicles);
    this.#usedAt = new Int32Array(vehicles).fill(-1);
    this.#idle = new Int32Array(vehicles);
    this.#idleAt = new Int32Array(vehicles);
    this.#idleOffset = new Int32Array(model.types + 1);
    this.#idleCount = new Int32Array(model.types);
    this.absent = new Int32Array(tasks);
    this.#absentAt = new Int32Array(tasks).fill(-1);
    this.scratch = newScratch(model);
    this.#saved = new Int32Array(tasks);
    this.#savedAt = new Int32Array(vehicles + 1);
    this.#savedVersion = new Int32Array(vehicles);
    this.#savedVehicles = new Int32Array(vehicles);
    this.#isSaved = new Uint8Array(vehicles);
    this.#savedAbsent = new Int32Array(tasks);

    for (let v = 0; v < vehicles; v++) this.#idleOffset[model.type[v]! + 1]!++;
    for (let t = 0; t < model.types; t++) this.#idleOffset[t + 1]! += this.#idleOffset[t]!;
    for (let v = vehicles - 1; v >= 0; v--) {
      this.vehicle[startNode(model, v)] = v;
      this.vehicle[endNode(model, v)] = v;
      this.#pushIdle(v);
      this.#link(startNode(model, v), endNode(model, v));
      this.update(v);
    }
    for (const item of model.items) this.#pushAbsent(item);
  }

  /** A vehicle of the type that has no task yet, or -1. */
  idle(type: number): number {
    const count = this.#idleCount[type]!;
    return count === 0 ? -1 : this.#idle[this.#idleOffset[type]! + count - 1]!;
  }

  /**
   * Puts an item into a route: a job behind `after`, a shipment's delivery behind `then`. `cost`
   * is what that adds.
   */
  insert(item: number, vehicle: number, after: number, then: number, cost: number): void {
    this.save(vehicle);
    this.#place(item, vehicle, after);
    this.#popAbsent(item);
    const mate = this.model.mate[item]!;
    if (mate >= 0) {
      this.#place(mate, vehicle, then === after ? item : then);
      this.update(vehicle);
    } else {
      this.#updateAround(item, vehicle, cost);
    }
  }

  /** What `update` does, for one new job: only values that can have changed. */
  #updateAround(job: number, vehicle: number, added: number): void {
    const { model, next, previous, leg } = this;
    const { place, side, amounts } = model;
    const costs = model.cost[vehicle]!;
    const before = previous[job]!;
    leg[before] = costs[place[before]! * side + place[job]!]!;
    leg[job] = costs[place[job]! * side + place[next[job]!]!]!;
    this.cost[vehicle]! += added;
    this.totalCost += added;
    if (this.count[vehicle]!++ === 0) this.#use(vehicle);
    this.version[vehicle] = ++this.#versions;
    if (model.timed) {
      this.#updateDepartures(vehicle, before, job);
      this.#updateLatest(vehicle, next[job]!, before);
    }
    if (model.ranged) this.#updateRange(vehicle);
    if (model.legLoads) this.#updateLoads(vehicle);
    else {
      for (let q = 0; q < amounts; q++) {
        this.delivered[vehicle * amounts + q]! += model.delivery[job * amounts + q]!;
        this.collected[vehicle * amounts + q]! += model.pickup[job * amounts + q]!;
      }
    }
  }

  /** Takes an item (given by any of its tasks) out of its route; `update` is left to the caller. */
  remove(task: number): void {
    const { mate, problem } = this.model;
    const item = problem.tasks[task]!.kind === 'delivery' ? mate[task]! : task;
    this.#unplace(item);
    if (mate[item]! >= 0) this.#unplace(mate[item]!);
    this.#pushAbsent(item);
  }

  /** Recomputes everything a route carries; to be called once it has its final order. */
  update(vehicle: number): void {
    const { model, next, leg } = this;
    const { place, side } = model;
    const costs = model.cost[vehicle]!;
    const end = endNode(model, vehicle);
    let cost = 0;
    let count = 0;
    let from = startNode(model, vehicle);
    while (from !== end) {
      const to = next[from]!;
      const c = costs[place[from]! * side + place[to]!]!;
      leg[from] = c;
      cost += c;
      count++;
      from = to;
    }
    count--;
    if (count === 0) cost = 0;
    else cost += model.fixed[vehicle]!;
    this.totalCost += cost - this.cost[vehicle]!;
    this.cost[vehicle] = cost;
    if (count > 0 !== this.count[vehicle]! > 0) {
      if (count > 0) this.#use(vehicle);
      else this.#rest(vehicle);
    }
    this.count[vehicle] = count;
    this.version[vehicle] = count === 0 ? 0 : ++this.#versions;
    if (model.timed) this.#updateTimes(vehicle);
    if (model.ranged) this.#updateRange(vehicle);
    if (model.amounts > 0) this.#updateLoads(vehicle);
  }

  #updateTimes(vehicle: number): void {
    const start = startNode(this.model, vehicle);
    const end = endNode(this.model, vehicle);
    this.departure[start] = this.model.shiftStart[vehicle]!;
    this.#updateDepartures(vehicle, start, end);
    this.latest[end] = this.latestDeparture[end] = this.model.shiftEnd[vehicle]!;
    this.#updateLatest(vehicle, end, start);
  }

  /** Carries departures forward behind `from`; past `changed`, only until nothing changes. */
  #updateDepartures(vehicle: number, from: number, changed: number): void {
    const { model, next, departure } = this;
    const { place, side, firstOpen, several, setup, service } = model;
    const durations = model.duration[vehicle]!;
    const end = endNode(model, vehicle);
    let time = departure[from]!;
    let a = place[from]!;
    let settling = false;
    for (let to = next[from]!; to !== end; to = next[to]!) {
      const b = place[to]!;
      time += durations[a * side + b]!;
      if (several[to] === 1) time = startOfService(model, to, time);
      else if (time < firstOpen[to]!) time = firstOpen[to]!;
      time += service[to]!;
      if (a !== b) time += setup[to]!;
      if (settling && departure[to] === time) return;
      if (to === changed) settling = true;
      departure[to] = time;
      a = b;
    }
    departure[end] = time + durations[a * side + place[end]!]!;
  }

  /** Carries latest arrivals back before `to`; past `changed`, only until nothing changes. */
  #updateLatest(vehicle: number, to: number, changed: number): void {
    const { model, previous, latest, latestDeparture } = this;
    const { place, side, firstOpen, lastClose, several, setup, service } = model;
    const durations = model.duration[vehicle]!;
    const start = startNode(model, vehicle);
    let settling = false;
    let b = place[to]!;
    // Whether the setup of `to` is due may have changed with the node before it.
    let time = to === endNode(model, vehicle) ? latest[to]! : this.#latestAt(to);
    latest[to] = time;
    for (let node = previous[to]!; node !== start; node = previous[node]!) {
      const here = place[node]!;
      time -= durations[here * side + b]!;
      latestDeparture[node] = time;
      time -= service[node]!;
      if (place[previous[node]!] !== here) time -= setup[node]!;
      if (several[node] === 1 || time < firstOpen[node]!) time = latestStart(model, node, time);
      else if (time > lastClose[node]!) time = lastClose[node]!;
      if (settling && latest[node] === time) return;
      if (node === changed) settling = true;
      latest[node] = time;
      b = here;
    }
    latestDeparture[start] = time - durations[place[start]! * side + b]!;
  }

  #latestAt(task: number): number {
    const { model, previous } = this;
    const due = model.place[previous[task]!] !== model.place[task];
    const time =
      this.latestDeparture[task]! - model.service[task]! - (due ? model.setup[task]! : 0);
    return latestStart(model, task, time);
  }

  #updateRange(vehicle: number): void {
    const { model, next } = this;
    const { place, side } = model;
    const durations = model.duration[vehicle]!;
    const distances = model.distance[vehicle]!;
    const end = endNode(model, vehicle);
    let travel = 0;
    let distance = 0;
    if (this.count[vehicle]! > 0) {
      for (let from = startNode(model, vehicle); from !== end; from = next[from]!) {
        const arc = place[from]! * side + place[next[from]!]!;
        travel += durations[arc]!;
        distance += distances[arc]!;
      }
    }
    this.travel[vehicle] = travel;
    this.distance[vehicle] = distance;
  }

  #updateLoads(vehicle: number): void {
    const { model, next, previous, delivered, collected, load, loadBefore, loadAfter } = this;
    const { amounts, delivery, pickup, mate } = model;
    const start = startNode(model, vehicle);
    const end = endNode(model, vehicle);
    for (let q = 0; q < amounts; q++) {
      let out = 0;
      let back = 0;
      for (let node = next[start]!; node !== end; node = next[node]!) {
        if (mate[node]! < 0) {
          out += delivery[node * amounts + q]!;
          back += pickup[node * amounts + q]!;
        }
      }
      delivered[vehicle * amounts + q] = out;
      collected[vehicle * amounts + q] = back;
      if (!model.legLoads) continue;
      let now = out;
      let most = now;
      load[start * amounts + q] = now;
      loadBefore[start * amounts + q] = now;
      for (let node = next[start]!; node !== end; node = next[node]!) {
        const at = node * amounts + q;
        now += pickup[at]! - delivery[at]!;
        if (now > most) most = now;
        load[at] = now;
        loadBefore[at] = most;
      }
      most = 0;
      for (let node = previous[end]!; ; node = previous[node]!) {
        const at = node * amounts + q;
        if (load[at]! > most) most = load[at]!;
        loadAfter[at] = most;
        if (node === start) break;
      }
    }
  }

  /** The tasks of a route in order, written to `into`; returns how many there are. */
  sequence(vehicle: number, into: Int32Array): number {
    const { next, model } = this;
    const end = endNode(model, vehicle);
    let length = 0;
    for (let node = next[startNode(model, vehicle)]!; node !== end; node = next[node]!) {
      into[length++] = node;
    }
    return length;
  }

  /** After removals only: loads cannot have grown, but times and range can. */
  stillFits(vehicle: number): boolean {
    const { model } = this;
    if (this.count[vehicle] === 0) return true;
    if (model.timed) {
      const start = startNode(model, vehicle);
      if (this.latestDeparture[start]! < this.departure[start]!) return false;
      if (model.breaks[vehicle]!.length > 0) {
        const { sequence } = this.scratch;
        const length = this.sequence(vehicle, sequence);
        if (!keepsTimes(model, vehicle, sequence, length, this.scratch)) return false;
      }
    }
    return (
      !model.ranged ||
      (this.travel[vehicle]! <= model.maxTravel[vehicle]! &&
        this.distance[vehicle]! <= model.maxDistance[vehicle]!)
    );
  }

  /** Remembers a route as it is, once, until `commit` or `rollBack`. */
  save(vehicle: number): void {
    if (this.#isSaved[vehicle] === 1) return;
    this.#isSaved[vehicle] = 1;
    const saved = this.#savedCount++;
    this.#savedVehicles[saved] = vehicle;
    this.#savedVersion[saved] = this.version[vehicle]!;
    let at = this.#savedAt[saved]!;
    const end = endNode(this.model, vehicle);
    for (let node = this.next[startNode(this.model, vehicle)]!; node !== end;) {
      this.#saved[at++] = node;
      node = this.next[node]!;
    }
    this.#savedAt[saved + 1] = at;
  }

  /** Starts a change that can be undone. */
  begin(): void {
    this.commit();
    this.#savedAbsentCount = this.absentCount;
    for (let i = 0; i < this.absentCount; i++) this.#savedAbsent[i] = this.absent[i]!;
  }

  commit(): void {
    for (let i = 0; i < this.#savedCount; i++) this.#isSaved[this.#savedVehicles[i]!] = 0;
    this.#savedCount = 0;
  }

  rollBack(): void {
    const { next, previous, vehicle, model } = this;
    for (let i = 0; i < this.absentCount; i++) this.#absentAt[this.absent[i]!] = -1;
    for (let i = 0; i < this.#savedCount; i++) {
      const v = this.#savedVehicles[i]!;
      let from = startNode(model, v);
      for (let at = this.#savedAt[i]!; at < this.#savedAt[i + 1]!; at++) {
        const node = this.#saved[at]!;
        next[from] = node;
        previous[node] = from;
        vehicle[node] = v;
        from = node;
      }
      const end = endNode(model, v);
      next[from] = end;
      previous[end] = from;
      this.update(v);
      this.version[v] = this.#savedVersion[i]!;
      this.#isSaved[v] = 0;
    }
    this.#savedCount = 0;
    this.absentCount = 0;
    this.missing = 0;
    for (let i = 0; i < this.#savedAbsentCount; i++) {
      const item = this.#savedAbsent[i]!;
      this.vehicle[item] = -1;
      if (model.mate[item]! >= 0) this.vehicle[model.mate[item]!] = -1;
      this.#pushAbsent(item);
    }
  }

  /** The whole plan as one array: for each vehicle its tasks, then -1. */
  snapshot(into: Int32Array): void {
    let at = 0;
    for (let v = 0; v < this.model.vehicles; v++) {
      const end = endNode(this.model, v);
      for (let node = this.next[startNode(this.model, v)]!; node !== end;) {
        into[at++] = node;
        node = this.next[node]!;
      }
      into[at++] = -1;
    }
  }

  restore(snapshot: Int32Array): void {
    this.commit();
    const { model, next, previous } = this;
    this.vehicle.fill(-1, 0, model.tasks);
    let at = 0;
    for (let v = 0; v < model.vehicles; v++) {
      let from = startNode(model, v);
      for (; snapshot[at] !== -1; at++) {
        const node = snapshot[at]!;
        next[from] = node;
        previous[node] = from;
        this.vehicle[node] = v;
        from = node;
      }
      at++;
      this.#link(from, endNode(model, v));
      this.update(v);
    }
    for (let i = 0; i < this.absentCount; i++) this.#absentAt[this.absent[i]!] = -1;
    this.absentCount = 0;
    this.missing = 0;
    for (const item of model.items) if (this.vehicle[item] === -1) this.#pushAbsent(item);
  }

  #link(from: number, to: number): void {
    this.next[from] = to;
    this.previous[to] = from;
  }

  #place(task: number, vehicle: number, after: number): void {
    const to = this.next[after]!;
    this.#link(after, task);
    this.#link(task, to);
    this.vehicle[task] = vehicle;
  }

  #unplace(task: number): void {
    this.#link(this.previous[task]!, this.next[task]!);
    this.vehicle[task] = -1;
  }

  #pushAbsent(item: number): void {
    this.#absentAt[item] = this.absentCount;
    this.absent[this.absentCount++] = item;
    this.missing += this.model.weight[item]!;
  }

  #popAbsent(item: number): void {
    const at = this.#absentAt[item]!;
    const last = this.absent[--this.absentCount]!;
    this.absent[at] = last;
    this.#absentAt[last] = at;
    this.#absentAt[item] = -1;
    this.missing -= this.model.weight[item]!;
  }

  #use(vehicle: number): void {
    const type = this.model.type[vehicle]!;
    const offset = this.#idleOffset[type]!;
    const last = this.#idle[offset + --this.#idleCount[type]!]!;
    this.#idle[this.#idleAt[vehicle]!] = last;
    this.#idleAt[last] = this.#idleAt[vehicle]!;
    this.#usedAt[vehicle] = this.usedCount;
    this.used[this.usedCount++] = vehicle;
  }

  #rest(vehicle: number): void {
    const last = this.used[--this.usedCount]!;
    this.used[this.#usedAt[vehicle]!] = last;
    this.#usedAt[last] = this.#usedAt[vehicle]!;
    this.#pushIdle(vehicle);
  }

  #pushIdle(vehicle: number): void {
    const type = this.model.type[vehicle]!;
    this.#idleAt[vehicle] = this.#idleOffset[type]! + this.#idleCount[type]!++;
    this.#idle[this.#idleAt[vehicle]!] = vehicle;
  }
}
