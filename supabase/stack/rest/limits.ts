import { Refused } from './refusals.ts';

/** How much one request may ask for, whoever asks: no parser and no plan grows beyond it. */
const MOST = { length: 16_384, depth: 5, tables: 20, brackets: 100, patterns: 50 };

/** Comparisons that read a text from its beginning to its end, row by row. */
const PATTERN = /(?:^|\.)(?:i?like|i?match|\w*fts)(?:\(\w+\))?\./g;
const SEVERAL = /(?:like|match)\((?:any|all)\)/;

/**
 * @param search the query as it was sent
 * @throws {Refused} 414 when it is too long, 400 when it is nested too deeply or compares too much
 */
export function refuseExcess(search: string, query: URLSearchParams): void {
  if (search.length > MOST.length) {
    throw excess(414, 'long', `It has ${search.length} characters; ${MOST.length} are allowed.`);
  }
  let [brackets, patterns] = [0, 0];
  for (const [key, value] of query) {
    if (key === 'select') {
      refuseNesting(value);
      continue;
    }
    brackets += count(value, /\(/g);
    patterns += count(value, PATTERN) + (SEVERAL.test(value) ? count(value, /,/g) : 0);
  }
  if (brackets > MOST.brackets) {
    const details = `It has ${brackets} opening brackets; ${MOST.brackets} are allowed.`;
    throw excess(400, 'deep', details);
  }
  if (patterns > MOST.patterns) {
    const details = `It compares with ${patterns} patterns; ${MOST.patterns} are allowed.`;
    throw excess(400, 'much', details);
  }
}

function refuseNesting(select: string): void {
  const tables = count(select, /\(/g);
  let [depth, deepest] = [0, 0];
  for (const bracket of select.replaceAll(/[^()]/g, '')) {
    depth += bracket === '(' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  if (deepest > MOST.depth) {
    const details = `It embeds tables ${deepest} deep; ${MOST.depth} are allowed.`;
    throw excess(400, 'deep', details);
  }
  if (tables > MOST.tables) {
    throw excess(400, 'much', `It embeds ${tables} tables; ${MOST.tables} are allowed.`);
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function excess(status: number, kind: 'long' | 'deep' | 'much', details: string): Refused {
  return new Refused(status, {
    code: `query_too_${kind}`,
    details,
    hint: 'Ask for less at once, in several requests.',
    message: 'The query asks for more than one request may.',
  });
}
