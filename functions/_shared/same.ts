const encoder = new TextEncoder();

/** Whether two texts are one, in a time that does not depend on where they differ; an empty one never is. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [encoder.encode(given), encoder.encode(expected)];
  let difference = left.length ^ right.length;
  for (const [index, byte] of right.entries()) difference |= byte ^ (left[index] ?? 0);
  return expected !== '' && difference === 0;
}
