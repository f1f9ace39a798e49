// Raw clients for the tests of the web front: bytes out, bytes in. No library between.
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { spawn, execFileSync } from 'node:child_process';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Counts, and ends the program with the line the test run adds up.
let passed = 0;
let failed = 0;
export function is(what, got, wanted) {
  const a = JSON.stringify(got);
  const b = JSON.stringify(wanted);
  if (a === b) passed++;
  else { failed++; console.log(`failed: ${what}\n  got    ${a}\n  wanted ${b}`); }
}
export function ok(what, truth) { is(what, !!truth, true); }
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
process.on('unhandledRejection', (why) => { console.log(`failed: ${why?.stack ?? why}`); failed++; finish(); });

export const lotse = (program, args, options = {}) =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options });

// A data folder with the shipped examples.
export function makeFolder(program, root) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lotse-http-'));
  lotse(program, ['--data', `${dir}/town`, 'init']);
  lotse(program, ['--data', `${dir}/town`, 'import', '--quiet',
    `${root}/schemas/examples/offers.ndjson`, `${root}/schemas/examples/seekers.ndjson`]);
  return dir;
}

// A user's token, made by the command line.
export const addUser = (program, dir, id, role, more = []) =>
  lotse(program, ['--data', `${dir}/town`, 'user', 'add', id, '--role', role, ...more]).trim();
export const bearer = (token) => ({ Authorization: `Bearer ${token}` });

// Starts `lotse serve` and waits until it listens. `where`: its addresses, as it says them.
export async function serve(program, dir, args, env = {}) {
  const child = spawn(program, ['--data', `${dir}/town`, ...args],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const server = { child, log: '', where: [] };
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text) => { server.log += text; });
  server.ended = new Promise((done) => child.on('exit', (code, signal) => done(code ?? signal)));
  for (let i = 0; i < 600; i++) {
    const line = /^listening on (.*)\n/m.exec(server.log);
    if (line) { server.where = line[1].split(' and '); return server; }
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`the server did not start: ${server.log}`);
}
export async function stop(server) { server.child.kill('SIGTERM'); return server.ended; }

const target = (where) => {
  const web = /^(?:https?:\/\/)?([\w.[\]:]+):(\d+)$/.exec(where);
  return web ? { host: web[1].replace(/[[\]]/g, ''), port: +web[2] } : { path: where.replace(/^unix:/, '') };
};

// One connection; `read(until)` waits for text that the test accepts, or for the end.
export async function dial(where, options = {}) {
  const secure = where.startsWith('https:');
  const socket = secure ? tls.connect({ ...target(where), rejectUnauthorized: false, ...options })
    : net.connect(target(where));
  const peer = { socket, bytes: Buffer.alloc(0), ended: false, error: null, waiting: null };
  const wake = () => { const w = peer.waiting; peer.waiting = null; w?.(); };
  socket.on('data', (piece) => { peer.bytes = Buffer.concat([peer.bytes, piece]); wake(); });
  socket.on('end', () => { peer.ended = true; wake(); });
  socket.on('close', () => { peer.ended = true; wake(); });
  socket.on('error', (why) => { peer.error = why; peer.ended = true; wake(); });
  peer.send = (text) => socket.write(text);
  peer.read = async (until, ms = 20000) => {
    const end = Date.now() + ms;
    for (;;) {
      const got = until(peer);
      if (got !== undefined) return got;
      if (peer.ended) return null;
      if (Date.now() > end) throw new Error(`waited ${ms} ms; have ${peer.bytes.toString('latin1').slice(0, 300)}`);
      await new Promise((done) => { peer.waiting = done; setTimeout(done, 200); });
    }
  };
  peer.close = () => socket.destroy();
  await new Promise((done) => { socket.once(secure ? 'secureConnect' : 'connect', done); socket.once('error', done); });
  return peer;
}

// The next response: {status, headers, body}; null: the connection ended first.
export const response = (peer, isHead = false, ms) => peer.read((p) => {
  const end = p.bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const lines = p.bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = +lines[0].split(' ')[1];
  const length = isHead || status === 304 || status === 204 || status < 200 ? 0 : +(headers['content-length'] ?? 0);
  if (p.bytes.length < end + 4 + length) return undefined;
  const body = p.bytes.subarray(end + 4, end + 4 + length);
  p.bytes = p.bytes.subarray(end + 4 + length);
  return { status, headers, body, text: body.toString('utf8') };
}, ms);

export const hostOf = (where) => (/^https?:\/\/(.*)$/.exec(where)?.[1] ?? 'localhost');

// One request on a connection of its own.
export async function request(where, method, url, { headers = {}, body = '', options } = {}) {
  const peer = await dial(where, options);
  const all = { Host: hostOf(where), ...headers };
  if (body !== '' || method === 'POST') all['Content-Length'] = Buffer.byteLength(body);
  peer.send(`${method} ${url} HTTP/1.1\r\n${Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`);
  const got = await response(peer, method === 'HEAD');
  peer.close();
  return got;
}

// One call by POST /rpc: {status, headers, result | error}.
export async function call(where, method, params, headers = {}, options) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, ...(params ? { params } : {}) });
  const got = await request(where, 'POST', '/rpc', { headers: { 'Content-Type': 'application/json', ...headers }, body, options });
  let parsed = {};
  try { parsed = JSON.parse(got.text); } catch { /* words, not JSON */ }
  return { status: got.status, headers: got.headers, text: got.text, result: parsed.result, error: parsed.error };
}

export function frame(opcode, payload, { final = true, masked = true } = {}) {
  const body = Buffer.from(payload);
  const head = [(final ? 0x80 : 0) | opcode];
  const bit = masked ? 0x80 : 0;
  if (body.length < 126) head.push(bit | body.length);
  else if (body.length < 65536) head.push(bit | 126, body.length >> 8, body.length & 255);
  else head.push(bit | 127, 0, 0, 0, 0, (body.length >>> 24) & 255, (body.length >> 16) & 255, (body.length >> 8) & 255, body.length & 255);
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = crypto.randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, Buffer.from(body.map((b, i) => b ^ mask[i & 3]))]);
}

// A WebSocket: the response to its greeting, and frames from then on.
export async function socket(where, headers = {}, options) {
  const peer = await dial(where, options);
  const all = { Host: hostOf(where), Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': 13,
    'Sec-WebSocket-Key': crypto.randomBytes(16).toString('base64'), ...headers };
  peer.send(`GET /ws HTTP/1.1\r\n${Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`);
  peer.greeting = await response(peer);
  peer.frame = (ms) => peer.read((p) => {
    if (p.bytes.length < 2) return undefined;
    let len = p.bytes[1] & 127;
    let off = 2;
    if (len === 126) { if (p.bytes.length < 4) return undefined; len = p.bytes.readUInt16BE(2); off = 4; }
    else if (len === 127) { if (p.bytes.length < 10) return undefined; len = Number(p.bytes.readBigUInt64BE(2)); off = 10; }
    if (p.bytes.length < off + len) return undefined;
    const got = { opcode: p.bytes[0] & 15, payload: Buffer.from(p.bytes.subarray(off, off + len)) };
    p.bytes = p.bytes.subarray(off + len);
    return got;
  }, ms);
  peer.ask = async (method, params, id = 1) => {
    peer.send(frame(1, JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) })));
    const got = await peer.frame();
    return got?.opcode === 1 ? JSON.parse(got.payload.toString('utf8')) : got;
  };
  return peer;
}
