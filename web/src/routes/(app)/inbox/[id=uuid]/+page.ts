import { lastRun } from '#lib/messaging/agents.ts';
import { readTalk } from '#lib/messaging/inbox.ts';
import { load as reading } from '#lib/platform/read.ts';
import { namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends, parent }) {
  depends(
    'entity:conversation',
    'entity:message',
    'entity:comment',
    'entity:contact',
    'entity:record_tag',
  );
  return reading(async () => {
    await parent();
    const [read, run] = await Promise.all([readTalk(params.id), lastRun(params.id)]);
    const people = [
      ...read.thread.map((message) => message.written_by),
      ...read.notes.map((note) => note.created_by),
    ];
    return { ...read, run, names: await namesOf(people) };
  });
}
