export type Decimal = 'point' | 'comma';

const GROUPED = /^\d{1,3}(?:[.,]\d{3})+$/;

/** Without its sign, its currency and the spaces and apostrophes between thousands. */
function bare(text: string): string {
  return text
    .replaceAll(/[\s'’\u00a0\u202f]|\p{Sc}/gu, '')
    .replace(/^[A-Z]{2,3}\.?(?=[-−\d])|(?<=\d)[A-Z]{3}$/i, '')
    .replace(/^[-−]/, '');
}

/** What one number tells of the decimal sign; null when it could be read either way. */
function tells(text: string): Decimal | null {
  const number = bare(text);
  if (!/^[\d.,]*\d$/.test(number)) return null;
  const [points, commas] = [number.split('.').length - 1, number.split(',').length - 1];
  if (points > 0 && commas > 0) {
    return number.lastIndexOf('.') > number.lastIndexOf(',') ? 'point' : 'comma';
  }
  if (points + commas === 0) return null;
  // 1.200.000 has thousands; 1.200 may have.
  if (GROUPED.test(number)) return points + commas === 1 ? null : points > 0 ? 'comma' : 'point';
  return points > 0 ? 'point' : 'comma';
}

export interface Found<T> {
  /** Null when nothing needs to be known: no value depends on it. */
  value: T | null;
  /** Two values that contradict each other, or one that can be read in two ways. */
  doubt: string | null;
}

/** The decimal sign of whole columns of numbers. */
export function findDecimal(texts: string[]): Found<Decimal> {
  let isOpen: string | null = null;
  const seen = new Map<Decimal, string>();
  for (const text of texts) {
    const told = tells(text);
    if (told !== null) seen.set(told, seen.get(told) ?? text);
    else if (GROUPED.test(bare(text))) isOpen ??= text;
  }
  const [point, comma] = [seen.get('point'), seen.get('comma')];
  if (point !== undefined && comma !== undefined) {
    return { value: null, doubt: `there are both ${point} and ${comma}` };
  }
  const value = point === undefined ? (comma === undefined ? null : 'comma') : 'point';
  const doubt =
    value === null && isOpen !== null ? `${isOpen} may have thousands or decimals` : null;
  return { value, doubt };
}

/**
 * The number as `-1234.5`, null when it is none: thousands stand in groups of three, there is one
 * decimal sign, and an exponent is the rest of a number that a spreadsheet has shortened.
 */
export function readNumber(text: string, decimal: Decimal): string | null {
  const number = bare(text);
  const [thousands, sign] = decimal === 'point' ? [',', '.'] : ['.', ','];
  const [whole = '', decimals, ...more] = number.split(sign);
  const groups = whole.split(thousands);
  const isGrouped = groups.every((group, index) =>
    index === 0
      ? /^\d+$/.test(group) && (groups.length === 1 || group.length <= 3)
      : /^\d{3}$/.test(group),
  );
  if (!isGrouped || more.length > 0 || (decimals !== undefined && !/^\d+$/.test(decimals)))
    return null;
  const minus = /[-−]\s*\D?\s*\d/.test(text) ? '-' : '';
  return `${minus}${groups.join('')}${decimals === undefined ? '' : `.${decimals}`}`;
}
