import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '');

interface Line {
  place: string;
  text: string;
}

const IS_BINARY = /\.(png|jpe?g|webp|ico|gif|woff2?|ttf|pdf|gz|tgz|zip)$/;

/** Lockfiles name where packages come from; that is their task. */
const IS_LOCKFILE = /(^|\/)(package-lock\.json|deno\.lock)$/;

function linesOf(paths: string[]): Line[] {
  return paths
    .filter((path) => !IS_BINARY.test(path) && !IS_LOCKFILE.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return text.split('\n').map((line, index) => ({ place: `${path}:${index + 1}`, text: line }));
    });
}

const lines = linesOf(tracked);

function places(pattern: RegExp, where = (_place: string) => true): string[] {
  return lines
    .filter(({ place, text }) => pattern.test(text) && where(place))
    .map(({ place, text }) => `${place}: ${text.trim().slice(0, 120)}`);
}

// Written in two parts, so that these lines do not find themselves.
const WORD = (head: string, tail: string) => `${head}${tail}`;

test('nothing is left for later', () => {
  const markers = ['TO|DO', 'FIX|ME', 'XX|X', 'HA|CK'].map((word) => word.replace('|', ''));
  expect(places(new RegExp(`\\b(${markers.join('|')})\\b`))).toEqual([]);
});

test('no file knows the machine it was written on', () => {
  const folders = [
    WORD('/wo', 'rk/'),
    WORD('/ro', 'ot/'),
    WORD('/ho', 'me/'),
    WORD('/Us', 'ers/'),
    WORD('/t', 'mp/'),
  ];
  const pattern = new RegExp(`(^|[\\s"'\`(=:])(${folders.join('|')})[a-z]`);
  expect(places(pattern)).toEqual([]);
});

test('no test is skipped or runs alone', () => {
  const pattern = new RegExp(`\\b(test|it|describe)\\.(${['skip', 'only', 'todo'].join('|')})\\(`);
  expect(places(pattern, (place) => place.startsWith('tests/'))).toEqual([]);
});

test('no secret lies in the tree', () => {
  const patterns = [
    WORD('-----BEGIN [A-Z ]*PRIV', 'ATE KEY-----'),
    'eyJ[A-Za-z0-9_-]{20,}\\.eyJ[A-Za-z0-9_-]{20,}',
    '\\b(sk_live_[A-Za-z0-9]{10,}|sk-[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16}|ghp_[A-Za-z0-9]{30,})',
  ];
  expect(places(new RegExp(patterns.join('|')))).toEqual([]);
});

test('what is built or run is not tracked', () => {
  expect(
    tracked.filter((path) => /(^|\/)(node_modules|\.mzigo|build|\.svelte-kit)\//.test(path)),
  ).toEqual([]);
});

test('no two migrations have one number: the second would never be applied', () => {
  const numbers = tracked
    .filter((path) => path.startsWith('supabase/migrations/'))
    .map((path) => /\/(\d+)_/.exec(path)?.[1]);
  expect(numbers.filter((number, place) => numbers.indexOf(number) !== place)).toEqual([]);
});
