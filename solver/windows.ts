/** Several windows of one task. The search inlines the single-window case. */
import type { Model } from './model.ts';

/** Earliest start at or after `time`; `Infinity` once every window has closed. */
export function startOfService(model: Model, task: number, time: number): number {
  const { windowOffset, opens, closes } = model;
  for (let w = windowOffset[task]!; w < windowOffset[task + 1]!; w++) {
    if (time <= closes[w]!) return time < opens[w]! ? opens[w]! : time;
  }
  return Infinity;
}

/** Latest start at or before `time`; `-Infinity` if every window opens later. */
export function latestStart(model: Model, task: number, time: number): number {
  const { windowOffset, opens, closes } = model;
  for (let w = windowOffset[task + 1]! - 1; w >= windowOffset[task]!; w--) {
    if (opens[w]! <= time) return time < closes[w]! ? time : closes[w]!;
  }
  return -Infinity;
}
