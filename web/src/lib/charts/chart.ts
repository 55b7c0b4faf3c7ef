import { locale } from '#lib/platform/format.ts';

/** One line, or one part of each bar. */
export interface Series {
  name: string;
  /** The colour token it is drawn with. */
  colour: 'brand' | 'info' | 'good' | 'bad' | 'edge';
  /** Stands in the background: what it is compared with. */
  isQuiet?: boolean;
}

/** One place on the axis, with a value per series. */
export interface Point {
  /** In words: a day, a span of days. */
  name: string;
  /** The same for the axis, where there is little room. */
  short: string;
  values: number[];
  /** The list of what is counted here. */
  href?: string;
}

export type ChartKind = 'line' | 'bar' | 'stacked';

/** Room for the figures of the axis, in pixels; the marks stand in what is left, in equal shares. */
export const PADDING = { top: 8, right: 8, bottom: 22, left: 48 };

/** A part of a bar, from where to where it reaches. */
export interface Part {
  at: number;
  span: [from: number, to: number];
}

/** The parts of the bars, one list per series: each stands on what is below it, or beside the others on zero. */
export function partsOf(points: readonly Point[], count: number, isStacked: boolean): Part[][] {
  return Array.from({ length: count }, (_, series) =>
    points.map(({ values }, at) => {
      const below = isStacked ? values.slice(0, series).reduce((sum, value) => sum + value, 0) : 0;
      return { at, span: [below, below + (values[series] ?? 0)] };
    }),
  );
}

/** Lowest and highest value that is drawn; zero is always there. */
export function reachOf(points: readonly Point[], isStacked: boolean): [number, number] {
  const all = points.flatMap(({ values }) =>
    isStacked ? [values.reduce((sum, value) => sum + value, 0)] : values,
  );
  // Where all is zero the axis still needs a length.
  return [Math.min(0, ...all), Math.max(0, ...all) || 1];
}

/** The point at a part of the width, from 0 to 1. */
export function pointAt(share: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** Where a key leads from a point; null where it leads nowhere. */
export function pointAfter(key: string, at: number, count: number): number | null {
  const step = Math.max(1, Math.round(count / 10));
  const to = {
    ArrowLeft: at - 1,
    ArrowDown: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at + 1,
    PageDown: at - step,
    PageUp: at + step,
    Home: 0,
    End: count - 1,
  }[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

/** A figure where there is little room: 1.2M, 34K. */
export function compact(value: number): string {
  return new Intl.NumberFormat(locale(), { notation: 'compact', maximumFractionDigits: 1 }).format(
    value,
  );
}
