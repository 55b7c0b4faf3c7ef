/**
 * Greedy insertion with blinks (Christiaens & Vanden Berghe 2020): the items that are out are
 * sorted by a rule drawn at random, and each goes to its cheapest place; now and then the
 * cheapest place is overlooked, which keeps the search from repeating itself.
 */
import type { Insertion } from './insertion.ts';
import { startNode } from './model.ts';
import type { Model } from './model.ts';
import type { Random } from './random.ts';
import type { Tours } from './tours.ts';

const BLINK = 0.01;
/** With few items a hundredth is never: then one item in two blinks once in a plan. */
const BLINKS_PER_PLAN = 0.5;
/** With many items hopelessly out, one round tries only some of them besides the removed ones. */
const MOST_TRIED = 60;
/** How often priority decides the order before the drawn rule does. */
const BY_PRIORITY = 0.85;

interface Rule {
  key: Float64Array;
  share: number;
}

export class Recreate {
  readonly #tours: Tours;
  readonly #model: Model;
  readonly #insertion: Insertion;
  readonly #random: Random;
  readonly #rules: Rule[];
  readonly #shares: number;
  readonly #randomShare = 4;
  readonly #prioritised: boolean;
  readonly #blink: number;
  readonly #key: Float64Array;
  readonly #order: Int32Array;
  #waiting = 0;
  #served = 0;
  /** No idle vehicle is started while this many are in use. */
  routeLimit = Infinity;

  constructor(tours: Tours, insertion: Insertion, random: Random) {
    const { model } = tours;
    this.#tours = tours;
    this.#model = model;
    this.#insertion = insertion;
    this.#random = random;
    this.#rules = rulesOf(model);
    this.#shares = this.#rules.reduce((sum, rule) => sum + rule.share, this.#randomShare);
    this.#blink = Math.max(BLINK, BLINKS_PER_PLAN / model.items.length);
    this.#prioritised = new Set(model.priority).size > 1;
    this.#key = new Float64Array(model.tasks);
    this.#order = new Int32Array(model.tasks);
  }

  /** Lines up all items that are out, for `next`. */
  lineUp(): void {
    const { absent, absentCount } = this.#tours;
    for (let i = 0; i < absentCount; i++) this.#order[i] = absent[i]!;
    this.#sort(absentCount);
    this.#waiting = absentCount;
    this.#served = 0;
  }

  /** Tries the next `count` items of the line; true once it is empty. */
  next(count: number): boolean {
    const end = Math.min(this.#waiting, this.#served + count);
    while (this.#served < end) this.#insertCheapest(this.#order[this.#served++]!);
    return this.#served === this.#waiting;
  }

  /** Inserts what it can of a sample; `removed` items at the end of `absent` are always in it. */
  some(removed: number): void {
    const { absent, absentCount } = this.#tours;
    const order = this.#order;
    const others = absentCount - removed;
    let count = 0;
    for (let i = others; i < absentCount; i++) order[count++] = absent[i]!;
    const tried = Math.min(others, MOST_TRIED);
    const from = tried === others ? 0 : this.#random.below(others);
    for (let i = 0; i < tried; i++) order[count++] = absent[(from + i) % others]!;
    this.#insert(count);
  }

  #insert(count: number): void {
    this.#sort(count);
    for (let i = 0; i < count; i++) this.#insertCheapest(this.#order[i]!);
  }

  #sort(count: number): void {
    const random = this.#random;
    const key = this.#key;
    const order = this.#order;
    let drawn = random.unit() * this.#shares - this.#randomShare;
    let rule: Float64Array | undefined;
    if (drawn >= 0) {
      for (const candidate of this.#rules) {
        rule = candidate.key;
        drawn -= candidate.share;
        if (drawn < 0) break;
      }
    }
    const byPriority = this.#prioritised && random.unit() < BY_PRIORITY;
    const { priority } = this.#model;
    for (let i = 0; i < count; i++) {
      const item = order[i]!;
      // Keys lie in [0, 1), priorities are whole: one number carries both.
      key[item] =
        (rule === undefined ? random.unit() : rule[item]!) - (byPriority ? priority[item]! : 0);
    }
    if (count > 200) {
      order.subarray(0, count).sort((a, b) => key[a]! - key[b]!);
      return;
    }
    for (let i = 1; i < count; i++) {
      const item = order[i]!;
      const own = key[item]!;
      let j = i - 1;
      for (; j >= 0 && key[order[j]!]! > own; j--) order[j + 1] = order[j]!;
      order[j + 1] = item;
    }
  }

  /** Puts an item where it costs least, or leaves it out if nothing fits. */
  #insertCheapest(item: number): void {
    const model = this.#model;
    const tours = this.#tours;
    const insertion = this.#insertion;
    const random = this.#random;
    const { used, usedCount, version } = tours;
    const { knownVersion, knownCost } = insertion;
    const row = item * model.vehicles;
    const choices = usedCount + (usedCount < this.routeLimit ? model.types : 0);
    let best = Infinity;
    let vehicle = -1;
    let after = -1;
    let then = -1;
    for (let i = 0; i < choices; i++) {
      const v = i < usedCount ? used[i]! : tours.idle(i - usedCount);
      if (v < 0) continue;
      const key = row + v;
      if (knownVersion[key] !== version[v]) insertion.refresh(item, v);
      const cost = knownCost[key]!;
      if (cost >= best) continue;
      if (random.unit() < this.#blink) {
        insertion.search(item, v, insertion.knownAfter[key]!);
        if (insertion.cost >= best) continue;
        best = insertion.cost;
        after = insertion.after;
        then = insertion.then;
      } else {
        best = cost;
        after = insertion.knownAfter[key]!;
        then = insertion.knownThen[key]!;
      }
      vehicle = v;
    }
    if (vehicle >= 0) tours.insert(item, vehicle, after, then, best);
  }
}

/** Sorting rules: most demand, far from the depot, close to it, and by window where there are any. */
function rulesOf(model: Model): Rule[] {
  const { items, mate, amounts, delivery, pickup, capacity, place, side, nodes, tasks } = model;
  const largest = new Float64Array(amounts);
  for (let v = 0; v < model.vehicles; v++) {
    for (let q = 0; q < amounts; q++) {
      largest[q] = Math.max(largest[q]!, capacity[v * amounts + q]!);
    }
  }
  const demand = (item: number): number => {
    let sum = 0;
    for (let q = 0; q < amounts; q++) {
      const at = item * amounts + q;
      if (largest[q]! > 0) sum += Math.max(delivery[at]!, pickup[at]!) / largest[q]!;
    }
    return sum;
  };
  const home =
    place[startNode(model, 0)]! === model.grid.nowhere ? place[nodes - 1]! : place[tasks]!;
  const away = (item: number): number => {
    const c = model.cost[0]!;
    return c[home * side + place[item]!]! + c[place[item]! * side + home]!;
  };
  const last = (item: number): number => (mate[item]! < 0 ? item : mate[item]!);
  const rules: Rule[] = [
    { key: ranks(items, tasks, (i) => -demand(i)), share: amounts > 0 ? 4 : 0 },
    { key: ranks(items, tasks, (i) => -away(i)), share: 2 },
    { key: ranks(items, tasks, away), share: 1 },
  ];
  if (model.timed) {
    const { firstOpen, lastClose } = model;
    rules.push(
      { key: ranks(items, tasks, (i) => lastClose[last(i)]! - firstOpen[i]!), share: 2 },
      { key: ranks(items, tasks, (i) => firstOpen[i]!), share: 2 },
      { key: ranks(items, tasks, (i) => -lastClose[last(i)]!), share: 2 },
    );
  }
  return rules.filter((rule) => rule.share > 0);
}

/** Rank of every item under a measure, scaled into [0, 1). */
function ranks(items: Int32Array, tasks: number, measure: (item: number) => number): Float64Array {
  const values = new Float64Array(tasks);
  for (const item of items) values[item] = measure(item);
  const sorted = Int32Array.from(items).sort((a, b) => values[a]! - values[b]!);
  const key = new Float64Array(tasks);
  sorted.forEach((item, rank) => (key[item] = rank / items.length));
  return key;
}
