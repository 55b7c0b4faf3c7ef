import { Refused } from './refusals.ts';

/** What a caller prefers (`Prefer: return=representation, count=exact`); of each the first counts. */
export interface Preferences {
  resolution: 'merge-duplicates' | 'ignore-duplicates' | null;
  missing: 'default' | 'null' | null;
  return: 'minimal' | 'headers-only' | 'representation' | null;
  count: 'exact' | null;
  handling: 'strict' | 'lenient' | null;
  timezone: string | null;
  /** How many rows may be changed at most; only when handling is strict. */
  'max-affected': number | null;
}

const VALUES: Record<string, string[]> = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  missing: ['default', 'null'],
  return: ['minimal', 'headers-only', 'representation'],
  count: ['exact', 'planned', 'estimated'],
  handling: ['strict', 'lenient'],
  // Known, but not followed: what is written is committed.
  tx: ['commit', 'rollback'],
};

const isTimezone = (name: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null && !/^[+-]/.test(name);
  } catch {
    return false;
  }
};

/** @throws {Refused} PGRST122 for what is not known, when it is to be handled strictly */
export function readPreferences(header: string | string[] | undefined): Preferences {
  const entries = [header ?? []].flat().flatMap((it) => it.split(',').map((part) => part.trim()));
  const found = new Map<string, string>();
  const unknown: string[] = [];
  for (const entry of entries.filter((it) => it !== '')) {
    const at = entry.indexOf('=');
    const [name, value] = at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    const isKnown =
      VALUES[name]?.includes(value) ??
      ((name === 'timezone' && isTimezone(value)) ||
        (name === 'max-affected' && /^\d{1,9}$/.test(value)));
    if (!isKnown) unknown.push(entry);
    else if (!found.has(name)) found.set(name, value);
  }
  if (unknown.length > 0 && found.get('handling') === 'strict') {
    throw new Refused(400, {
      code: 'PGRST122',
      details: `Invalid preferences: ${unknown.join(', ')}`,
      hint: null,
      message: 'Invalid preferences given with handling=strict',
    });
  }
  const chosen = <T extends string>(name: string) => (found.get(name) as T | undefined) ?? null;
  const most = chosen('max-affected');
  return {
    resolution: chosen('resolution'),
    missing: chosen('missing'),
    return: chosen('return'),
    // A planned or estimated count comes from statistics over the rows of all companies: under
    // policies it is wrong, and it tells about rows that the caller cannot see. So the caller's own
    // rows are counted, and `Preference-Applied` says so.
    count: chosen('count') === null ? null : 'exact',
    handling: chosen('handling'),
    timezone: chosen('timezone'),
    'max-affected': most !== null && chosen('handling') === 'strict' ? Number(most) : null,
  };
}

/** `Preference-Applied`: those of them that counted for this request. */
export function appliedHeader(
  preferences: Preferences,
  names: (keyof Preferences)[],
): Record<string, string> {
  const order: (keyof Preferences)[] = [
    'resolution',
    'missing',
    'return',
    'count',
    'handling',
    'timezone',
    'max-affected',
  ];
  const applied = order
    .filter((name) => names.includes(name) && preferences[name] !== null)
    .map((name) => `${name}=${preferences[name]}`);
  return applied.length === 0 ? {} : { 'preference-applied': applied.join(', ') };
}
