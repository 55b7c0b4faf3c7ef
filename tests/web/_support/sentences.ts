import { parse } from 'svelte/compiler';

/** A sentence that stands in a source instead of the messages, with its line. */
export interface Literal {
  text: string;
  line: number;
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

interface Step {
  node: Node;
  key: string;
}

/** What is shown under any circumstances, also as a single small word. */
const SHOWN = new Set(
  'alt aria-description aria-label confirm done empty heading hint label legend message note placeholder searchLabel sentence step suffix summary text title verb'.split(
    ' ',
  ),
);

/** What a page never shows, whatever is written there. */
const UNSHOWN =
  /^(class|style|d|viewBox|href|src|type|id|role|variant|size|kind|pattern|name|aria-keyshortcuts|data-.+|record|document)$/;

/** Calls whose texts are for the program: names, addresses, queries, errors nobody sees. */
const PROGRAM = new Set(
  'TypeError Symbol Draft cx label noun found_ getItem setItem removeItem select eq or in is order rpc from depends goto invalidate querySelector closest addEventListener includes startsWith endsWith replace replaceAll split test match matchAll exec getAttribute NumberFormat DateTimeFormat ListFormat supportedValuesOf'.split(
    ' ',
  ),
);

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

const nameOf = (node: Node | undefined): string => String(node?.name ?? node?.value ?? '');

/** Whether a text where it stands is for the program, is shown, or has to speak for itself. */
function place(path: Step[]): 'program' | 'shown' | 'unknown' {
  const steps = path.toReversed();
  for (const [at, { node, key }] of steps.entries()) {
    const { type } = node;
    if (key === 'source' || (type.startsWith('TS') && !/^TS(As|Satisfies|NonNull)/.test(type))) {
      return 'program';
    }
    if (type === 'BinaryExpression' && /^([=!]==?|in)$/.test(String(node.operator))) {
      return 'program';
    }
    if (type === 'SwitchCase' && key === 'test') return 'program';
    if (type === 'MemberExpression' && key === 'property') return 'program';
    if (type === 'TaggedTemplateExpression') return 'program';
    if (type === 'Property') {
      if (key === 'key') return 'program';
      const name = nameOf(node.key as Node);
      return SHOWN.has(name) ? 'shown' : ['class', 'type'].includes(name) ? 'program' : 'unknown';
    }
    if (type === 'Attribute') {
      const name = String(node.name);
      // Of an input it is a number; of an error, what to do next.
      if (name === 'step' || UNSHOWN.test(name)) return 'program';
      return SHOWN.has(name) ? 'shown' : 'unknown';
    }
    if (type === 'CallExpression' || type === 'NewExpression') {
      const callee = node.callee as Node;
      const called = nameOf(
        callee.type === 'MemberExpression' ? (callee.property as Node) : callee,
      );
      if (called === 'untrack') continue;
      return key === 'arguments' && PROGRAM.has(called) ? 'program' : 'unknown';
    }
    if (/Function/.test(type)) {
      // `untrack(() => …)` only reads its value; what that is for stands around it.
      const around = steps[at + 1]?.node;
      if (nameOf(around?.callee as Node | undefined) !== 'untrack') return 'unknown';
    }
  }
  return 'unknown';
}

/** Words as people write them: capitals and small letters, and no name of a program; around a value, two small words. */
function isSentence(text: string, where: 'shown' | 'unknown'): boolean {
  const words = text.replaceAll(/\{\}/g, ' ').trim();
  if (!/\p{L}{2}/u.test(words) || /^[a-z]+([_.:/-][a-z]+)+$/.test(words)) return false;
  if (where === 'shown') return !/^[A-Z]{2,5}$/.test(words);
  if (text.includes('{}') && /(^|\s)\p{Ll}{2,}\s\p{Ll}{2,}[\s.,!?]?/u.test(words)) return true;
  return /^\p{Lu}/u.test(words) && /\p{Ll}/u.test(words) && !/^[A-Z]\w*[A-Z]\w*$/.test(words);
}

/** Every sentence that a source of the portal holds itself, in its markup or its code. */
export function sentencesIn(file: string, source: string): Literal[] {
  const text = file.endsWith('.svelte') ? source : `<script lang="ts">\n${source}\n</script>`;
  const shift = file.endsWith('.svelte') ? 0 : 1;
  const found: Literal[] = [];
  const note = (words: string, at: number) =>
    found.push({
      text: words.replaceAll(/\s+/g, ' ').trim(),
      line: text.slice(0, at).split('\n').length - shift,
    });

  function look(node: Node, path: Step[]): void {
    if (node.type === 'StyleSheet' || node.type === 'StyleDirective') return;
    if (node.type === 'Text') {
      const attribute = path.at(-1)?.node.type === 'Attribute';
      const where = attribute ? place(path) : 'shown';
      const words = String(node.data);
      if (where !== 'program' && isSentence(words, where)) note(words, node.start);
      return;
    }
    const words =
      node.type === 'Literal' && typeof node.value === 'string'
        ? node.value
        : node.type === 'TemplateLiteral'
          ? (node.quasis as { value: { cooked: string } }[]).map((it) => it.value.cooked).join('{}')
          : '';
    if (words) {
      const where = place(path);
      if (where !== 'program' && isSentence(words, where)) note(words, node.start);
    }
    for (const [key, value] of Object.entries(node)) {
      if (key === 'metadata' || key === 'parent') continue;
      const children = Array.isArray(value) ? value : [value];
      for (const child of children) if (isNode(child)) look(child, [...path, { node, key }]);
    }
  }

  const root = parse(text, { modern: true, filename: file }) as unknown as Record<string, Node>;
  const parts = [root.module?.content, root.instance?.content, root.fragment];
  for (const part of parts) if (isNode(part)) look(part, []);
  return found;
}
