/**
 * A planned or estimated count comes from statistics over the rows of all companies: under policies it
 * is wrong, and it tells about rows that the caller cannot see. So whatever count is preferred, the
 * caller's own rows are counted, and `Preference-Applied` says so.
 */
export function countingExactly(prefer: string): string {
  return prefer.replaceAll(/\bcount=(?:planned|estimated)\b/g, 'count=exact');
}
