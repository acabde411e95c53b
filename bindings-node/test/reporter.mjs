// What `node --test` prints here: the failures, and one line of counts in which no file counts as a test.

export default async function* reporter(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type === 'test:pass' && data.details.type !== 'suite') counts[data.skip === undefined ? 'passed' : 'skipped'] += 1;
    if (type !== 'test:fail') continue;
    counts.failed += 1;
    const error = data.details.error?.cause ?? data.details.error;
    yield `not ok: ${data.name} (${data.file ?? ''}:${data.line ?? ''})\n${error?.stack ?? error}\n`;
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}
