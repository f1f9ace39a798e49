// load.mjs PROGRAM ROOT [full]: many who only sit there, many who are slow, far more work than can be
// done, and an end in the middle of it. `full` takes the numbers of the promise, without it a tenth.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { fork } from 'node:child_process';
import { addUser, bearer, finish, is, makeFolder, ok, serve, sleep, socket, stop } from './peer.mjs';

const [program, root, size = 'small'] = process.argv.slice(2);
const full = size === 'full';
const IDLE = full ? 10000 : 500;
const SLOW = full ? 1000 : 100;
const ASKS = full ? 3000 : 600;
const OVERLOAD_MS = full ? 60000 : 3000;
const dir = makeFolder(program, root);
const token = addUser(program, dir, 'honest', 'caseworker');
const server = await serve(program, dir, ['serve', '--http', '127.0.0.1:0'], { LOTSE_SERVER_CONNECTIONS: '20000' });
const where = server.where.find((w) => w.startsWith('http'));
const line = server.where[0];
const rss = () => +/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1];

// One honest browser, request after request. Times in ms, sorted.
const { hostname, port } = new URL(where);
async function honest(count, mayBeRefused = false) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'match.query', params: { seeker: 's-017', limit: 10 } });
  const times = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await new Promise((done, fail) => {
      const r = http.request({ hostname, port, path: '/rpc', method: 'POST', agent,
        headers: { 'Content-Type': 'application/json', 'Content-Length': body.length, ...bearer(token) } }, (res) => {
        res.on('data', () => {});
        res.on('end', () => {
          if (res.statusCode === 429 && mayBeRefused) i--;
          if (res.statusCode === 200 || (res.statusCode === 429 && mayBeRefused)) done();
          else fail(new Error(`status ${res.statusCode}`));
        });
      });
      r.on('error', fail);
      r.end(body);
    });
    times.push(performance.now() - started);
  }
  agent.destroy();
  return times.sort((a, b) => a - b);
}
const p = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const tell = (what, times) => console.log(`${what}: median ${p(times, 0.5).toFixed(2)} ms, p99 ${p(times, 0.99).toFixed(2)} ms of ${times.length}`);
await honest(200);
const alone = await honest(ASKS);
tell('alone', alone);

// Idle ones, on the socket of the machine and as WebSockets.
const calm = (path) => new Promise((done, fail) => { const s = net.connect({ path }, () => done(s)); s.on('error', fail); });
let before = rss();
const idle = [];
for (let i = 0; i < IDLE; i++) idle.push(await calm(line));
await sleep(500);
console.log(`${IDLE} idle connections: ${((rss() - before) * 1024 / IDLE).toFixed(0)} bytes each`);
before = rss();
const sockets = [];
for (let i = 0; i < IDLE / 10; i++) sockets.push(await socket(where, bearer(token)));
await sleep(500);
console.log(`${IDLE / 10} idle WebSockets: ${((rss() - before) * 1024 / (IDLE / 10)).toFixed(0)} bytes each`);

// Slow ones, in a process of their own: a byte of a head a second, and again when they are let go.
const slow = fork(new URL('slow.mjs', import.meta.url).pathname, [hostname, port, String(SLOW)]);
const told = { closed: 0, longest: 0 };
slow.on('message', (m) => Object.assign(told, m));
await sleep(2000);
const crowded = await honest(ASKS);
tell(`beside ${IDLE} idle and ${SLOW} slow`, crowded);
ok('an honest client waits at most twice as long', p(crowded, 0.99) <= Math.max(2 * p(alone, 0.99), full ? 0 : 250));
await sleep(full ? 12000 : 11000);
ok(`slow ones are let go in time (${told.closed} so far, the longest after ${told.longest} ms)`, told.closed > 0 && told.longest < 12500);
slow.kill();
is('the idle ones are still there', idle.filter((s) => s.destroyed || s.readyState !== 'open').length, 0);
is('and answered', (await sockets[0].ask('session.whoami')).result.user, 'honest');
for (const s of idle) s.destroy();
for (const s of sockets) s.close();

// Overload: everybody sends as much as he may, and more than can be done.
const counts = { result: 0, overloaded: 0, other: 0, bare: 0 };
const crowd = [];
let going = true;
const LINE = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'match.query', params: { seeker: 's-017', limit: 50 } })}\n`;
for (let i = 0; i < 100; i++) {
  const s = await calm(line);
  let rest = '';
  let waiting = 0;
  const send = (n) => { if (going) { s.write(LINE.repeat(n)); waiting += n; } };
  s.setEncoding('utf8');
  s.on('data', (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    for (const text of lines) {
      if (text.startsWith('{"jsonrpc":"2.0","id":1,"result"')) counts.result++;
      else if (/"id":"overloaded"/.test(text)) { counts.overloaded++; if (!/"retry_after_ms":[1-9]/.test(text)) counts.bare++; }
      else { counts.other++; console.log(text.slice(0, 200)); }
    }
    waiting -= lines.length;
    send(lines.length);
  });
  s.on('error', () => {});
  crowd.push({ s, waiting: () => waiting });
  send(64);
}
await sleep(OVERLOAD_MS / 4);
before = rss();
await sleep(OVERLOAD_MS * 3 / 4);
const grown = rss() - before;
going = false;
const calmed = Date.now();
await honest(1, true);
const recovered = Date.now() - calmed;
console.log(`overload for ${OVERLOAD_MS / 1000} s: ${counts.result} answered, ${counts.overloaded} overloaded; memory grew by ${grown} KiB; calm after ${recovered} ms`);
is('nothing but results and "overloaded" was heard', counts.other, 0);
is('each with the time to wait', counts.bare, 0);
ok('both were heard', counts.result > 0 && counts.overloaded > 0);
ok('memory stays flat', grown < 64 * 1024);
ok('it is calm soon', recovered < (full ? 5000 : 30000)); // small runs are for slow builds too
for (const c of crowd) c.s.destroy();

// The end in the middle of work: whatever was asked is answered.
const asked = [];
for (let i = 0; i < 40; i++) {
  const s = await calm(line);
  const one = { sent: 20, heard: 0, odd: 0 };
  let rest = '';
  s.setEncoding('utf8');
  s.on('data', (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    for (const text of lines) {
      if (text.includes('"server.draining"')) continue;
      one.heard++;
      if (!/"result"|"id":"(draining|overloaded)"/.test(text)) one.odd++;
    }
  });
  s.on('error', (why) => { one.error = why.message; });
  one.closed = new Promise((done) => s.on('close', done));
  s.write(LINE.repeat(one.sent));
  asked.push(one);
}
await sleep(20);
const stopping = Date.now();
is('the server ends well', await stop(server), 0);
await Promise.all(asked.map((one) => one.closed));
console.log(`drained in ${Date.now() - stopping} ms`);
is('no answer is lost', asked.filter((one) => one.heard !== one.sent || one.odd > 0).length, 0);
fs.rmSync(dir, { recursive: true });
finish();
