// signin.mjs PROGRAM ROOT: who is let in, by what, and how far.
import fs from 'node:fs';
import net from 'node:net';
import { addUser, bearer, call, dial, finish, is, lotse, makeFolder, ok, request, response, serve, sleep, socket, stop } from './peer.mjs';

const [program, root] = process.argv.slice(2);
const dir = makeFolder(program, root);
const data = `${dir}/town`;
const token = addUser(program, dir, 'cw-1', 'caseworker');
const admin = addUser(program, dir, 'boss', 'admin', ['--days', '0']);
const server = await serve(program, dir, ['serve', '--http', '127.0.0.1:0', '--tcp', '127.0.0.1:0']);
const where = server.where.find((w) => w.startsWith('http'));
const tcp = server.where.find((w) => w.startsWith('127.'));

// Nobody.
is('a stranger may not look', [(await call(where, 'seeker.get', { id: 's-017' })).status, (await call(where, 'seeker.get', { id: 's-017' })).error.data.id], [401, 'not_signed_in']);
is('but ask who he is', (await call(where, 'session.whoami')).result.signed_in, false);
is('and what there is', (await call(where, 'rpc.discover')).status, 200);
is('pages are for everybody', (await request(where, 'GET', '/')).status, 200);

// A token with each request.
is('a token lets in', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token))).status, 200);
is('again, without the work', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token))).status, 200);
is('as far as its role goes', (await call(where, 'user.list', null, bearer(token))).status, 403);
is('a wrong one does not', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')))).status, 401);
is('nor one of another shape', (await call(where, 'seeker.get', { id: 's-017' }, bearer('x" ,"y'))).status, 401);
is('a token sets no cookie', (await call(where, 'session.whoami', null, bearer(token))).headers['set-cookie'], undefined);

// A browser: signs in, has a cookie, shows that its page is ours.
const signIn = async (key, options) => {
  const peer = await dial(where, options);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.login', params: { token: key } });
  peer.send(`POST /rpc HTTP/1.1\r\nHost: ${where.slice(7)}\r\nOrigin: ${where}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const raw = await peer.read((p) => (p.bytes.includes('\r\n\r\n') ? p.bytes.toString('latin1') : undefined));
  peer.close();
  const cookies = [...raw.matchAll(/^Set-Cookie: (.*)\r$/gm)].map((m) => m[1]);
  return { raw, cookies, session: /^lotse=([^;]*)/.exec(cookies[0] ?? '')?.[1], guard: /^lotse-guard=([^;]*)/.exec(cookies[1] ?? '')?.[1] };
};
const browser = await signIn(token);
ok('the session cookie is out of reach of scripts and other sites', /^lotse=[\w-]{43}; Path=\/; SameSite=Strict; HttpOnly$/.test(browser.cookies[0]));
ok('the guard can be read by the page', /^lotse-guard=[\w-]{43}; Path=\/; SameSite=Strict$/.test(browser.cookies[1]));
const cookie = { Cookie: `other=1; lotse=${browser.session}`, Origin: where };
const page = { ...cookie, 'X-CSRF-Token': browser.guard };
is('the page may ask', (await call(where, 'seeker.get', { id: 's-017' }, page)).status, 200);
is('who I am', [(await call(where, 'session.whoami', null, page)).result].map((r) => [r.user, r.role, r.units, r.methods.includes('match.query'), r.methods.includes('user.list')])[0], ['cw-1', 'caseworker', null, true, false]);
is('a cookie without the guard may not', (await call(where, 'seeker.get', { id: 's-017' }, cookie)).status, 403);
is('nor with another session\'s guard', (await call(where, 'seeker.get', { id: 's-017' }, { ...cookie, 'X-CSRF-Token': (await signIn(token)).guard })).status, 403);
is('nor from another site', (await call(where, 'seeker.get', { id: 's-017' }, { ...page, Origin: 'http://evil.example' })).status, 403);
is('an invented cookie is nobody', (await call(where, 'seeker.get', { id: 's-017' }, { ...page, Cookie: `lotse=${'A'.repeat(43)}` })).status, 401);
is('a WebSocket needs an own page', [(await socket(where, { Cookie: cookie.Cookie })).greeting.status, (await socket(where, { ...cookie, Origin: 'http://evil.example' })).greeting.status], [403, 403]);
const ws = await socket(where, cookie);
is('from which it is signed in', (await ws.ask('session.whoami')).result.user, 'cw-1');
is('a WebSocket takes a token too', (await (await socket(where, bearer(token))).ask('session.whoami')).result.user, 'cw-1');
const bad = await socket(where, bearer(`lotse_0123456789ab_${'A'.repeat(43)}`));
is('but closes over a wrong one', [(await bad.frame()).payload.readUInt16BE(0)], [1008]);
const out = await call(where, 'session.logout', null, page);
ok('signing out takes the cookie back', /Max-Age=0/.test(out.headers['set-cookie']));
is('and ends the session', (await call(where, 'seeker.get', { id: 's-017' }, page)).status, 401);

// A user who is disabled is out at once, wherever he is signed in.
const line = await dial(tcp);
const ask = async (method, params) => {
  line.send(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
  const end = await line.read((p) => (p.bytes.includes(10) ? p.bytes.indexOf(10) : undefined));
  const got = JSON.parse(line.bytes.subarray(0, end).toString());
  line.bytes = line.bytes.subarray(end + 1);
  return got;
};
is('the own user on loopback needs no token', (await ask('session.whoami')).result.role, 'admin');
is('and may sign in as somebody else', (await ask('session.login', { token })).result.role, 'caseworker');
is('who may less', (await ask('user.list')).error.data.id, 'forbidden');
const second = await signIn(token);
lotse(program, ['--data', data, 'user', 'disable', 'cw-1', '--quiet']);
is('disabled: his connection', (await ask('seeker.get', { id: 's-017' })).error.data.id, 'not_signed_in');
is('his WebSocket', (await ws.ask('seeker.get', { id: 's-017' })).error.data.id, 'not_signed_in');
is('his session', (await call(where, 'seeker.get', { id: 's-017' }, { Cookie: `lotse=${second.session}`, Origin: where, 'X-CSRF-Token': second.guard })).status, 401);
is('his token', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token))).status, 401);
lotse(program, ['--data', data, 'user', 'enable', 'cw-1', '--quiet']);
is('enabled again', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token))).status, 200);

// Units follow the user, not the connection.
const bound = addUser(program, dir, 'cw-2', 'caseworker', ['--units', 'u-none']);
is('people of other units are not there', (await call(where, 'seeker.get', { id: 's-017' }, bearer(bound))).status, 404);
ok('the list of users shows no secret', !/argon2|lotse_/.test(lotse(program, ['--data', data, 'user', 'list', '--json'])));

// Strangers get less, and not for long.
const large = await dial(where);
large.send(`POST /rpc HTTP/1.1\r\nHost: ${where.slice(7)}\r\nContent-Type: application/json\r\nContent-Length: 16385\r\n\r\n`);
is('a stranger\'s frame is short', (await response(large)).status, 413);
const crowd = [];
for (let i = 0; i < 300; i++) crowd.push(await dial(where));
is('who signs in at once gets in whoever else waits', (await call(where, 'seeker.get', { id: 's-017' }, bearer(admin))).status, 200);
await sleep(200);
const gone = crowd.filter((p) => p.ended).length;
ok(`of 300 strangers the oldest had to go (${gone})`, gone >= 44 && gone < 60);
for (const p of crowd) p.close();

// Too many wrong tokens have to wait.
let last;
for (let i = 0; i < 12; i++) last = await call(where, 'session.login', { token: `lotse_0123456789ab_${'B'.repeat(43)}` });
is('too many tries', [last.status, last.error.data.id, last.error.data.retry_after_ms > 0], [429, 'token.too_many_tries', true]);
is('a token that was proven is not locked out by others', (await call(where, 'session.whoami', null, bearer(admin))).result.user, 'boss');

// A locked server: even its own user signs in.
await stop(server);
fs.writeFileSync(`${data}/lotse.conf`, '[access]\nlocal = none\nloopback = no\n');
const locked = await serve(program, dir, ['serve', '--tcp', '127.0.0.1:0']);
const status = (args) => { try { lotse(program, ['--data', data, ...args]); return 0; } catch (why) { return why.status; } };
fs.writeFileSync(`${dir}/token`, `${token}\n`);
is('without a token nobody gets in', status(['seeker', 'get', 's-017']), 5);
is('on loopback neither', status(['--socket', locked.where.find((w) => w.startsWith('127.')), 'seeker', 'get', 's-017']), 5);
is('with it as far as its role goes', [status(['--token-file', `${dir}/token`, 'seeker', 'get', 's-017']), status(['--token-file', `${dir}/token`, 'user', 'list'])], [0, 5]);
await stop(locked);

// Nothing of it is written down.
is('the server ends well', await server.ended, 0);
const secrets = [token, admin, bound].map((t) => t.slice(-43));
const files = fs.readdirSync(data).map((f) => `${data}/${f}`).filter((f) => fs.statSync(f).isFile());
for (const text of [server.log, ...files.map((f) => fs.readFileSync(f, 'latin1'))]) {
  ok('no token is kept', !secrets.some((s) => text.includes(s)));
}
fs.rmSync(dir, { recursive: true });
finish();
