import type { Json } from '#lib/database.types.ts';
import { m } from '#lib/words.ts';

/** What rules of scores look at: columns of a lead, and its source and vendor by name. */
export const SCORED = [
  { value: 'company_name', label: m.business() },
  { value: 'phone', label: m.phone() },
  { value: 'email', label: m.e_mail() },
  { value: 'town', label: m.town() },
  { value: 'interest', label: m.what_he_wants() },
  { value: 'source', label: m.source() },
  { value: 'vendor', label: m.vendor() },
];

/** A rule as a sentence: something, how, and with which value. */
export interface ScorePart {
  what: string;
  how: 'given' | 'missing' | 'is' | 'contains';
  value: string;
}

/** The sentence as JSON Logic over `{lead: {…}}`. */
export function conditionOf({ what, how, value }: ScorePart): Json {
  const field = { var: `lead.${what}` };
  if (how === 'given') return { '!!': field };
  if (how === 'missing') return { '!': field };
  if (how === 'is') return { '==': [field, value.trim()] };
  return { in: [value.trim(), field] };
}

/** The sentence that a condition says; null for one that was written otherwise. */
export function partsOf(condition: Json): ScorePart | null {
  if (condition === null || typeof condition !== 'object' || Array.isArray(condition)) return null;
  const [operator, operand] = Object.entries(condition)[0] ?? [];
  const what = (value: unknown) => {
    const path = (value as { var?: unknown } | null)?.var;
    return typeof path === 'string' && path.startsWith('lead.') ? path.slice(5) : null;
  };
  const [first, second] = Array.isArray(operand) ? operand : [operand];
  if (operator === '!!' || operator === '!') {
    const field = what(first);
    return field ? { what: field, how: operator === '!' ? 'missing' : 'given', value: '' } : null;
  }
  const field = what(operator === 'in' ? second : first);
  const value = operator === 'in' ? first : second;
  if (!field || typeof value !== 'string') return null;
  if (operator === '==') return { what: field, how: 'is', value };
  return operator === 'in' ? { what: field, how: 'contains', value } : null;
}
