/**
 * Splits an SQL script into its statements, as the Supabase CLI does before it records them.
 * Knows quotes, dollar quotes, nested comments and `begin atomic … end` bodies.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let position = 0;
  let atomicDepth = 0;
  let hasContent = false;

  const skipPast = (terminator: string, from: number): number => {
    const found = script.indexOf(terminator, from);
    return found < 0 ? script.length : found + terminator.length;
  };

  while (position < script.length) {
    const rest = script.slice(position, position + 2);
    const character = script[position] ?? '';
    if (rest === '--') {
      position = skipPast('\n', position);
    } else if (rest === '/*') {
      position = skipComment(script, position);
    } else if (character === "'") {
      hasContent = true;
      position = skipString(script, position);
    } else if (character === '"') {
      hasContent = true;
      position = skipPast('"', position + 1);
    } else if (character === '$') {
      hasContent = true;
      const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(
        script.slice(position, position + 66),
      )?.[0];
      position = tag ? skipPast(tag, position + tag.length) : position + 1;
    } else if (/[A-Za-z_]/.test(character)) {
      hasContent = true;
      const word = /^[\w$\u0080-\uffff]+/.exec(script.slice(position, position + 256))?.[0] ?? '_';
      const lower = word.toLowerCase();
      if (lower === 'atomic') atomicDepth = 1;
      else if (atomicDepth > 0 && lower === 'case') atomicDepth += 1;
      else if (atomicDepth > 0 && lower === 'end') atomicDepth -= 1;
      position += word.length;
    } else if (character === ';' && atomicDepth === 0) {
      if (hasContent) statements.push(script.slice(start, position).trim());
      position += 1;
      start = position;
      hasContent = false;
    } else {
      if (!/\s/.test(character)) hasContent = true;
      position += 1;
    }
  }
  if (hasContent) statements.push(script.slice(start).trim());
  return statements;
}

function skipComment(script: string, from: number): number {
  let depth = 0;
  for (let position = from; position < script.length; position += 1) {
    const pair = script.slice(position, position + 2);
    if (pair === '/*') depth += 1;
    if (pair === '*/') depth -= 1;
    if (pair === '/*' || pair === '*/') position += 1;
    if (depth === 0) return position + 1;
  }
  return script.length;
}

/** Backslashes escape only in `E'…'`; a doubled quote is read as two strings, which is as good. */
function skipString(script: string, from: number): number {
  const hasEscapes = /(^|[^\w$])[eE]$/.test(script.slice(Math.max(0, from - 2), from));
  for (let position = from + 1; position < script.length; position += 1) {
    if (hasEscapes && script[position] === '\\') position += 1;
    else if (script[position] === "'") return position + 1;
  }
  return script.length;
}
