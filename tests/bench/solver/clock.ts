import process from 'node:process';

/**
 * CPU time of this thread where the runtime tells it (Node 22.19 and later), so that neighbours on
 * the machine take no part of a budget; else of the whole process, which also counts the
 * compiler's and collector's threads.
 */
export function threadMilliseconds(): number {
  const usage = (process.threadCpuUsage ?? process.cpuUsage)();
  return (usage.user + usage.system) / 1000;
}
