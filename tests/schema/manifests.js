// node manifests.js MODULES ROOT VERDICTS: every manifest and strategy of the project is valid for its
// schema, and the manifest schema says what the decoder says: each shipped manifest is broken in
// every place by every odd value, and both judge. What no schema can say may be refused by the
// decoder alone.
'use strict';
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');
const [modules, root, verdicts] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [modules] }));
const Ajv = load('ajv/dist/2020').default;

const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: false });
const read = (name) => JSON.parse(fs.readFileSync(path.join(root, name), 'utf8'));
const isManifest = ajv.compile(read('schemas/manifest.schema.json'));
const isStrategy = ajv.compile(read('schemas/strategy.schema.json'));

const onlyDecoder = [/stands twice/, /is no code of the list/, /no code list/, /which is no argument/, /must be \{name\}/,
  /without its/, /lies outside/, /is no day/, /there is no field/, /has no codes/, /is no int parameter/, /is no ppm parameter/,
  /must be an isco: or kldb: code/, /too long for a set/, /cannot be used in a set/,
  /this is (true or false|an array), it must be (true or false|an array)$/];

const ODD = [null, true, false, 0, 1, -1, 1.5, 7, 1000001, 2147483648, '', 'x', 'X', 'a.b', 'a..b', '*', '/x', '.x', '1.0', '01.0',
  '1.0.0', 'de', [], {}, [null], ['x'], [['x']], ['x', 'y'], [{}], { x: 1 }, { de: 'x' }, { de: '' }, { DE: 'x' }, { 'de-x-simple': 'x' }];

function* broken(value, put) {
  for (const odd of ODD) yield put(odd);
  if (value === null || typeof value !== 'object') return;
  const isList = Array.isArray(value);
  const copy = () => (isList ? [...value] : { ...value });
  if (!isList) yield put({ ...value, not_a_key: 1 });
  /* Entries of a list are alike: breaking the first ones is enough. */
  for (const key of isList ? Object.keys(value).slice(0, 2) : Object.keys(value)) {
    const without = copy();
    if (isList) without.splice(Number(key), 1); else delete without[key];
    yield put(without);
    yield* broken(value[key], (part) => { const whole = copy(); whole[key] = part; return put(whole); });
  }
}

let passed = 0;
let failed = 0;
const count = { accepted: 0, refused: 0, byDecoder: 0 };
function expect(isRight, words) {
  if (isRight) { passed++; return; }
  failed++;
  if (failed < 20) console.error(words);
}

const names = fs.readdirSync(path.join(root, 'plugins')).filter((name) => fs.existsSync(path.join(root, 'plugins', name, 'manifest.json')));
const manifests = names.map((name) => read(`plugins/${name}/manifest.json`));
for (const name of fs.readdirSync(path.join(root, 'plugins/strategies'))) {
  expect(isStrategy(read(`plugins/strategies/${name}`)), `strategy ${name}: ${JSON.stringify(isStrategy.errors)}`);
}
names.forEach((name, i) => expect(isManifest(manifests[i]), `${name}: ${JSON.stringify(isManifest.errors)}`));

for (const manifest of manifests) {
  const documents = [manifest, ...broken(manifest, (part) => part)].map((document) => JSON.stringify(document));
  const lines = execFileSync(verdicts, { input: documents.join('\n') + '\n', maxBuffer: 1 << 30, encoding: 'utf8' }).trim().split('\n');
  lines.forEach((line, i) => {
    const verdict = JSON.parse(line);
    const isValid = isManifest(JSON.parse(documents[i]));
    const mayDiffer = verdict.error !== null && onlyDecoder.some((pattern) => pattern.test(verdict.text));
    expect(isValid === (verdict.error === null) || (isValid && mayDiffer),
      `decoder: ${verdict.error} ${verdict.path} ${verdict.text}; schema: ${isValid ? 'valid' : JSON.stringify(isManifest.errors)}\n${documents[i].slice(0, 300)}`);
    count[verdict.error === null ? 'accepted' : isValid ? 'byDecoder' : 'refused']++;
  });
}
expect(count.accepted > names.length && count.refused > 1000 && count.byDecoder > 10, `too little compared: ${JSON.stringify(count)}`);
console.error(`${count.accepted} accepted, ${count.refused} refused by both, ${count.byDecoder} by the decoder alone`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
