// node compare.js MODULES SEEKER-SCHEMA OFFER-SCHEMA < records: validates every record and compares
// with the decoder's verdict. field.rule is between fields, which no schema says: such a record must
// be valid for the schema.
'use strict';
const fs = require('fs');
const [modules, seekerPath, offerPath] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [modules] }));
const Ajv = load('ajv/dist/2020').default;
const addFormats = load('ajv-formats').default;

const ajv = new Ajv({ strict: true });
addFormats(ajv);
const validators = {
  seeker: ajv.compile(JSON.parse(fs.readFileSync(seekerPath, 'utf8'))),
  offer: ajv.compile(JSON.parse(fs.readFileSync(offerPath, 'utf8'))),
};

const counts = { passed: 0, failed: 0, accepted: 0, rule: 0, refused: 0 };
const errors = new Map();
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line === '') continue;
  const { side, error, path, record } = JSON.parse(line);
  const isExpected = error === null || error === 'field.rule';
  const validate = validators[side];
  if (validate(record) === isExpected) {
    counts.passed++;
  } else {
    counts.failed++;
    console.error(`${side} decoder: ${error} ${path} schema: ${JSON.stringify(validate.errors)}\n${line}`);
  }
  counts[error === null ? 'accepted' : isExpected ? 'rule' : 'refused']++;
  errors.set(error, (errors.get(error) || 0) + 1);
}

// A comparison of nothing, or of one kind of record only, proves nothing.
const wanted = [null, 'field.rule', 'field.type', 'field.unknown', 'field.missing', 'field.range',
  'field.code', 'field.format', 'field.duplicate', 'trait.unjustified'];
for (const error of wanted) {
  if (!errors.has(error)) {
    counts.failed++;
    console.error(`no record with the verdict ${error}`);
  }
}
console.error(`${counts.accepted} accepted, ${counts.refused} refused, ${counts.rule} against a rule between fields`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);
