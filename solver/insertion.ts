/**
 * The cheapest place for one item in one route. Costs first, since most places lose on cost;
 * then windows, loads and range by the values `Tours` keeps, in constant time per place. Only a
 * vehicle with breaks needs the exact test of the whole route on top.
 */
import { keepsTimes } from './feasibility.ts';
import type { Numbers } from './matrix.ts';
import { endNode, startNode } from './model.ts';
import type { Model } from './model.ts';
import type { Tours } from './tours.ts';
import { latestStart, startOfService } from './windows.ts';

export class Insertion {
  readonly #tours: Tours;
  readonly #model: Model;
  /** What `search` found: extra cost, `Infinity` if nothing fits, and the nodes to go behind. */
  cost = Infinity;
  after = -1;
  then = -1;
  /**
   * A walk for a shipment's delivery normally ends where the rest of the route would be late.
   * Where a detour can be shorter than the way (setups, one-way matrices) that may overlook a
   * place; a thorough search walks on.
   */
  thorough = false;

  /**
   * The cheapest place of every item in every route, by item * vehicles + vehicle; it counts only
   * while `knownVersion` is the route's version. Most routes survive most ruins unchanged.
   */
  readonly knownVersion: Int32Array;
  readonly knownCost: Float64Array;
  readonly knownAfter: Int32Array;
  readonly knownThen: Int32Array;

  constructor(tours: Tours) {
    const { model } = tours;
    this.#tours = tours;
    this.#model = model;
    const pairs = model.tasks * model.vehicles;
    this.knownVersion = new Int32Array(pairs).fill(-1);
    this.knownCost = new Float64Array(pairs);
    this.knownAfter = new Int32Array(pairs);
    this.knownThen = model.items.length < model.tasks ? new Int32Array(pairs) : this.knownAfter;
  }

  /** Brings the known place of an item in a route up to date. */
  refresh(item: number, vehicle: number): void {
    const key = item * this.#model.vehicles + vehicle;
    this.search(item, vehicle, -1);
    this.knownVersion[key] = this.#tours.version[vehicle]!;
    this.knownCost[key] = this.cost;
    this.knownAfter[key] = this.after;
    this.knownThen[key] = this.then;
  }

  /** Looks at every place but the one behind `except`. */
  search(item: number, vehicle: number, except: number): void {
    this.cost = Infinity;
    this.after = -1;
    this.then = -1;
    const model = this.#model;
    if (model.skilled[model.type[vehicle]! * model.tasks + item] === 0) return;
    const mate = model.mate[item]!;
    const size = mate < 0 ? 1 : 2;
    const count = this.#tours.count[vehicle]!;
    if (count + size > model.maxTasks[vehicle]!) return;
    if (mate >= 0) {
      if (this.#shipmentFits(item, vehicle)) this.#searchShipment(item, mate, vehicle, except);
    } else if (this.#jobFits(item, vehicle)) {
      if (model.timed || model.legLoads || model.ranged) this.#searchJob(item, vehicle, except);
      else this.#searchByCost(item, vehicle, except);
    }
    if (count === 0) this.cost += model.fixed[vehicle]!;
  }

  /** What all deliveries at the start and all pickups at the end allow. */
  #jobFits(job: number, vehicle: number): boolean {
    const { amounts, capacity, delivery, pickup } = this.#model;
    const { delivered, collected } = this.#tours;
    for (let q = 0; q < amounts; q++) {
      const own = vehicle * amounts + q;
      const at = job * amounts + q;
      if (delivered[own]! + delivery[at]! > capacity[own]!) return false;
      if (collected[own]! + pickup[at]! > capacity[own]!) return false;
    }
    return true;
  }

  #shipmentFits(item: number, vehicle: number): boolean {
    const { amounts, capacity, pickup } = this.#model;
    for (let q = 0; q < amounts; q++) {
      if (pickup[item * amounts + q]! > capacity[vehicle * amounts + q]!) return false;
    }
    return true;
  }

  /** Nothing but cost tells the places apart: the loop that plain capacity problems live in. */
  #searchByCost(job: number, vehicle: number, except: number): void {
    const { next, leg, count } = this.#tours;
    const model = this.#model;
    const { place, side } = model;
    const into = model.costInto[vehicle]!;
    const outOf = model.cost[vehicle]!;
    const row = place[job]! * side;
    const end = endNode(model, vehicle);
    let best = Infinity;
    let bestAfter = -1;
    if (count[vehicle] === 0) {
      bestAfter = startNode(model, vehicle);
      best = into[row + place[bestAfter]!]! + outOf[row + place[end]!]!;
    } else {
      let to = startNode(model, vehicle);
      let way = into[row + place[to]!]!;
      for (let from = to; from !== end; from = to) {
        to = next[from]!;
        const b = row + place[to]!;
        const cost = way + outOf[b]! - leg[from]!;
        way = into[b]!;
        if (cost < best && from !== except) {
          best = cost;
          bestAfter = from;
        }
      }
    }
    this.cost = best;
    this.after = bestAfter;
    this.then = bestAfter;
  }

  #searchJob(job: number, vehicle: number, except: number): void {
    const tours = this.#tours;
    const model = this.#model;
    const { next, leg, departure, latest } = tours;
    const { place, side, timed, legLoads, ranged, anySetup } = model;
    const into = model.costInto[vehicle]!;
    const outOf = model.cost[vehicle]!;
    const timeInto = model.durationInto[vehicle]!;
    const timeOutOf = model.duration[vehicle]!;
    const here = place[job]!;
    const row = here * side;
    const open = model.firstOpen[job]!;
    const close = model.lastClose[job]!;
    const several = model.several[job] === 1;
    const service = model.service[job]!;
    const setup = model.setup[job]!;
    const withBreaks = model.breaks[vehicle]!.length > 0;
    const length = withBreaks ? tours.sequence(vehicle, tours.scratch.sequence) : 0;
    const end = endNode(model, vehicle);
    // An idle vehicle stands still: its leg from start to end costs nothing yet.
    const idle = tours.count[vehicle] === 0;
    let best = Infinity;
    let bestAfter = -1;
    let rank = 0;
    let to = startNode(model, vehicle);
    let b = place[to]!;
    for (let from = to; from !== end; from = to, rank++) {
      if (timed && departure[from]! > close) break;
      const a = b;
      to = next[from]!;
      b = place[to]!;
      const cost = into[row + a]! + outOf[row + b]! - (idle ? 0 : leg[from]!);
      if (cost >= best || from === except) continue;
      if (timed) {
        let time = departure[from]! + timeInto[row + a]!;
        if (time > close) continue;
        if (several) time = startOfService(model, job, time);
        else if (time < open) time = open;
        time += service + timeOutOf[row + b]!;
        if (a !== here) time += setup;
        const limit =
          anySetup && to !== end && (a === b) !== (here === b)
            ? this.#latestWithSetup(to, here !== b)
            : latest[to]!;
        if (time > limit) continue;
      }
      if (legLoads && !this.#loadFits(job, vehicle, from)) continue;
      if (ranged && !this.#rangeFits(vehicle, a, here, here, b)) continue;
      if (withBreaks && !this.#breaksFit(vehicle, length, rank, job, rank, -1)) continue;
      best = cost;
      bestAfter = from;
    }
    this.cost = best;
    this.after = bestAfter;
    this.then = bestAfter;
  }

  /** Latest arrival at a task whose setup begins or ceases to be due. */
  #latestWithSetup(task: number, due: boolean): number {
    const model = this.#model;
    const time =
      this.#tours.latestDeparture[task]! - model.service[task]! - (due ? model.setup[task]! : 0);
    return latestStart(model, task, time);
  }

  #loadFits(job: number, vehicle: number, from: number): boolean {
    const { amounts, capacity, delivery, pickup } = this.#model;
    const { loadBefore, loadAfter } = this.#tours;
    for (let q = 0; q < amounts; q++) {
      const limit = capacity[vehicle * amounts + q]!;
      if (loadBefore[from * amounts + q]! + delivery[job * amounts + q]! > limit) return false;
      if (loadAfter[from * amounts + q]! + pickup[job * amounts + q]! > limit) return false;
    }
    return true;
  }

  /** Range after replacing the leg a-b by a-first ... last-b; what lies between is the caller's. */
  #rangeFits(vehicle: number, a: number, first: number, last: number, b: number): boolean {
    const model = this.#model;
    const { side } = model;
    const durations = model.duration[vehicle]!;
    const distances = model.distance[vehicle]!;
    const idle = this.#tours.count[vehicle] === 0;
    const over = (matrix: Numbers, total: number): number =>
      total +
      matrix[a * side + first]! +
      (first === last ? 0 : matrix[first * side + last]!) +
      matrix[last * side + b]! -
      (idle ? 0 : matrix[a * side + b]!);
    return (
      over(durations, this.#tours.travel[vehicle]!) <= model.maxTravel[vehicle]! &&
      over(distances, this.#tours.distance[vehicle]!) <= model.maxDistance[vehicle]!
    );
  }

  /** Range with a pickup and a delivery that are not next to each other. */
  #rangeFitsApart(
    vehicle: number,
    pickup: number,
    after: number,
    delivery: number,
    then: number,
  ): boolean {
    const model = this.#model;
    const { place, side } = model;
    const { next } = this.#tours;
    const over = (matrix: Numbers, total: number): number => {
      const detour = (from: number, task: number): number => {
        const a = place[from]!;
        const b = place[next[from]!]!;
        const here = place[task]!;
        return matrix[a * side + here]! + matrix[here * side + b]! - matrix[a * side + b]!;
      };
      return total + detour(after, pickup) + detour(then, delivery);
    };
    return (
      over(model.duration[vehicle]!, this.#tours.travel[vehicle]!) <= model.maxTravel[vehicle]! &&
      over(model.distance[vehicle]!, this.#tours.distance[vehicle]!) <= model.maxDistance[vehicle]!
    );
  }

  /** The exact test with `task` at `rank`, and `second` (or nothing, -1) at `secondRank`. */
  #breaksFit(
    vehicle: number,
    length: number,
    rank: number,
    task: number,
    secondRank: number,
    second: number,
  ): boolean {
    const { sequence, trial } = this.#tours.scratch;
    let at = 0;
    for (let i = 0; i <= length; i++) {
      if (i === rank) trial[at++] = task;
      if (i === secondRank && second >= 0) trial[at++] = second;
      if (i < length) trial[at++] = sequence[i]!;
    }
    return keepsTimes(this.#model, vehicle, trial, at, this.#tours.scratch);
  }

  /**
   * Every pickup place with every later delivery place. Time is carried forward from the pickup
   * and the walk ends where the rest of the route would come too late or the load too high.
   */
  #searchShipment(pickup: number, delivery: number, vehicle: number, except: number): void {
    const tours = this.#tours;
    const model = this.#model;
    const { next, leg, departure, latest } = tours;
    const { place, side, timed, ranged, anySetup, lastClose } = model;
    const costs = model.cost[vehicle]!;
    const durations = model.duration[vehicle]!;
    const withBreaks = model.breaks[vehicle]!.length > 0;
    const length = withBreaks ? tours.sequence(vehicle, tours.scratch.sequence) : 0;
    const end = endNode(model, vehicle);
    const idle = tours.count[vehicle] === 0;
    const p = place[pickup]!;
    const d = place[delivery]!;
    const direct = costs[p * side + d]!;
    let best = Infinity;
    let bestAfter = -1;
    let bestThen = -1;
    let rank = 0;
    for (let from = startNode(model, vehicle); from !== end; from = next[from]!, rank++) {
      if (timed && departure[from]! > lastClose[pickup]!) break;
      if (from === except || !this.#carries(pickup, vehicle, from)) continue;
      const to = next[from]!;
      const a = place[from]!;
      const b = place[to]!;
      const left = idle ? 0 : leg[from]!;
      let time = 0;
      if (timed) {
        time = this.#serve(pickup, departure[from]! + durations[a * side + p]!, a !== p);
        if (time === Infinity) continue;
      }
      const together = costs[a * side + p]! + direct + costs[d * side + b]! - left;
      if (together < best && (!ranged || this.#rangeFits(vehicle, a, p, d, b))) {
        let fits = true;
        if (timed) {
          const left = this.#serve(delivery, time + durations[p * side + d]!, p !== d);
          const limit =
            anySetup && to !== end && (a === b) !== (d === b)
              ? this.#latestWithSetup(to, d !== b)
              : latest[to]!;
          fits = left + durations[d * side + b]! <= limit;
        }
        if (fits && withBreaks)
          fits = this.#breaksFit(vehicle, length, rank, pickup, rank, delivery);
        if (fits) {
          best = together;
          bestAfter = from;
          bestThen = from;
        }
      }
      if (to === end) continue;
      const first = costs[a * side + p]! + costs[p * side + b]! - left;
      let before = p;
      let thenRank = rank + 1;
      for (let then = to; then !== end; then = next[then]!, thenRank++) {
        const here = place[then]!;
        if (timed) {
          const arrival = time + durations[before * side + here]!;
          const limit =
            then === to && anySetup && (a === b) !== (p === b)
              ? this.#latestWithSetup(then, p !== b)
              : latest[then]!;
          if (arrival > limit && !this.thorough) break;
          time = this.#serve(then, arrival, before !== here);
          if (time === Infinity) break;
        }
        before = here;
        if (!this.#carries(pickup, vehicle, then)) break;
        const after = next[then]!;
        const c = place[after]!;
        const cost = first + costs[here * side + d]! + costs[d * side + c]! - leg[then]!;
        if (cost >= best) continue;
        if (timed) {
          const arrival = time + durations[here * side + d]!;
          const left = this.#serve(delivery, arrival, here !== d);
          const limit =
            anySetup && after !== end && (here === c) !== (d === c)
              ? this.#latestWithSetup(after, d !== c)
              : latest[after]!;
          if (left + durations[d * side + c]! > limit) continue;
        }
        if (ranged && !this.#rangeFitsApart(vehicle, pickup, from, delivery, then)) continue;
        if (withBreaks && !this.#breaksFit(vehicle, length, rank, pickup, thenRank, delivery)) {
          continue;
        }
        best = cost;
        bestAfter = from;
        bestThen = then;
      }
    }
    this.cost = best;
    this.after = bestAfter;
    this.then = bestThen;
  }

  /** Time the vehicle leaves a task it reaches at `arrival`. */
  #serve(task: number, arrival: number, setupDue: boolean): number {
    const model = this.#model;
    if (arrival > model.lastClose[task]!) return Infinity;
    let time = arrival;
    if (model.several[task] === 1) time = startOfService(model, task, time);
    else if (time < model.firstOpen[task]!) time = model.firstOpen[task]!;
    return time + model.service[task]! + (setupDue ? model.setup[task]! : 0);
  }

  /** Is there room for the shipment on the leg behind `node`? */
  #carries(item: number, vehicle: number, node: number): boolean {
    const { amounts, capacity, pickup } = this.#model;
    const { load } = this.#tours;
    for (let q = 0; q < amounts; q++) {
      const room = capacity[vehicle * amounts + q]! - load[node * amounts + q]!;
      if (pickup[item * amounts + q]! > room) return false;
    }
    return true;
  }
}
