// Holds every answer that the talks heard against the server's own description (rpc.discover), and
// the description against what was heard: a method nobody asked for fails the run.
//   node check_replies.mjs REPLIES.ndjson SCHEMAS-FOLDER MODULES-FOLDER
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";

const [log, schemas, modules] = process.argv.slice(2);
const require = createRequire(resolve(modules) + "/");
const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

const lines = readFileSync(log, "utf8").split("\n").filter((line) => line !== "");
const heard = lines.map((line) => JSON.parse(line));
const described = heard.find((h) => h.method === "rpc.discover" && h.reply.result);
if (!described) {
  console.log("rpc.discover was never asked\n0 passed, 1 failed");
  process.exit(1);
}
const doc = described.reply.result;

const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats.default ?? addFormats)(ajv);
for (const file of readdirSync(schemas, { recursive: true })) {
  if (file.endsWith(".schema.json")) {
    ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), "utf8")), relative(".", file));
  }
}

const errorShape = ajv.compile({
  type: "object",
  additionalProperties: false,
  required: ["code", "message", "data"],
  properties: {
    code: { type: "integer" },
    message: { type: "string", minLength: 1 },
    data: {
      type: "object",
      additionalProperties: false,
      required: ["id"],
      properties: {
        id: { enum: Object.keys(doc.components.errors) },
        detail: { type: "string", minLength: 1 },
        hint: { type: "string", minLength: 1 },
        path: { type: "string", pattern: "^/" },
        retry_after_ms: { type: "integer", minimum: 1 },
      },
    },
  },
});
const results = new Map(doc.methods.map((m) => [m.name, ajv.compile(m.result.schema)]));
const notices = new Map(doc["x-notifications"].map((n) => [n.name, ajv.compile(n.params)]));

const asked = new Set();
const errors = new Set();
let passed = 0;
let failed = 0;

// What is wrong with one answer; undefined: nothing.
function fault({ method, reply }) {
  const members = Object.keys(reply);
  if (reply.jsonrpc !== "2.0") {
    return "jsonrpc is not 2.0";
  }
  if ("method" in reply) {
    const isKnown = notices.get(reply.method);
    if (!isKnown || members.length !== 3) {
      return "a notice that is not described";
    }
    return isKnown(reply.params) ? undefined : ajv.errorsText(isKnown.errors);
  }
  if (!("id" in reply) || members.length !== 3 || "result" in reply === "error" in reply) {
    return "not jsonrpc, id and either result or error";
  }
  if ("error" in reply) {
    errors.add(reply.error.data?.id);
    if (!errorShape(reply.error)) {
      return ajv.errorsText(errorShape.errors);
    }
    const { code } = doc.components.errors[reply.error.data.id];
    return reply.error.code === code ? undefined : `${reply.error.data.id} has the code ${code}`;
  }
  if (method === "$/cancelRequest") {
    return reply.result === null ? undefined : "cancelling answers null";
  }
  const looksRight = results.get(method);
  if (!looksRight) {
    return `an answer to ${method}, which is not described`;
  }
  asked.add(method);
  return looksRight(reply.result) ? undefined : ajv.errorsText(looksRight.errors);
}

for (const one of heard) {
  const why = fault(one);
  if (why === undefined) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`${one.method}: ${why}\n  ${JSON.stringify(one.reply).slice(0, 600)}`);
  }
}
// A method whose result is "false" always fails.
const methodNames = doc.methods.filter((m) => m.result.schema !== false).map((m) => m.name);
for (const name of methodNames.filter((n) => !asked.has(n))) {
  failed += 1;
  console.log(`${name}: no talk heard it answer`);
}
const unheard = Object.keys(doc.components.errors).filter((id) => !errors.has(id));
console.log(`errors heard: ${[...errors].sort().join(" ")}`);
console.log(`errors never heard here: ${unheard.join(" ")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
