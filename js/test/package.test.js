import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const description = JSON.parse(read('package.json'));

test('module and types are smaller than 6 KB compressed', () => {
  const size = gzipSync(read('index.js') + read('index.d.ts')).length;
  assert.ok(size < 6000, `${size} bytes`);
});

test('package contains all files that it names', () => {
  for (const file of [...description.files, 'README.md', 'LICENSE']) {
    assert.ok(read(file).length > 0, file);
  }
  assert.deepEqual(description.exports['.'], { types: './index.d.ts', default: './index.js' });
});

test('types declare each export', async () => {
  const types = read('index.d.ts');
  for (const name of Object.keys(await import('../index.js'))) {
    assert.match(types, new RegExp(`export function ${name}\\b`));
  }
});
