// front.mjs PROGRAM ROOT: the web front of the real server over real sockets.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { addUser, bearer, call as callAs, dial, finish, frame, hostOf, is, makeFolder, ok, request, response, serve, socket as socketAs, stop } from './peer.mjs';

const [program, root] = process.argv.slice(2);
const dir = makeFolder(program, root);
const auth = bearer(addUser(program, dir, 'front', 'admin'));
const call = (at, method, params, headers = {}) => callAs(at, method, params, { ...auth, ...headers });
const socket = (at, headers = {}) => socketAs(at, { ...auth, ...headers });
const server = await serve(program, dir, ['serve', '--http', '127.0.0.1:0']);
const where = server.where.find((w) => w.startsWith('http'));
const json = { 'Content-Type': 'application/json', ...auth };

// Pages.
const page = await request(where, 'GET', '/');
is('the page is there', [page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
ok('its policy allows nothing by default', page.headers['content-security-policy'].startsWith("default-src 'none'"));
const packed = await request(where, 'GET', '/', { headers: { 'Accept-Encoding': 'gzip, br' } });
is('it comes packed where that is understood', packed.headers['content-encoding'], 'gzip');
ok('and is smaller then', packed.body.length < page.body.length);
const again = await request(where, 'GET', '/', { headers: { 'If-None-Match': page.headers.etag } });
is('it is not sent twice', [again.status, again.body.length], [304, 0]);
const head = await request(where, 'HEAD', '/');
is('HEAD tells the length alone', [head.status, head.headers['content-length']], [200, page.headers['content-length']]);
for (const url of ['/nope', '/../../etc/passwd', '/%2e%2e/x', '/style.css/', '/web.cmake', '//']) {
  is(`${url} is not there`, (await request(where, 'GET', url)).status, 404);
}
is('a page cannot be posted to', (await request(where, 'POST', '/', { headers: json, body: '{}' })).status, 405);
is('the server is alive', (await request(where, 'GET', '/healthz')).text, 'ok\n');
is('and ready', [(await request(where, 'GET', '/readyz')).status, (await request(where, 'GET', '/readyz')).text], [200, 'ready\n']);
const metrics = await request(where, 'GET', '/metrics');
is('its figures are Prometheus text', [metrics.status, metrics.headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
for (const line of metrics.text.trim().split('\n')) {
  if (!/^(# TYPE lotse_[a-z0-9_]+ (gauge|counter)|lotse_[a-z0-9_]+ -?\d+)$/.test(line)) ok(`a line of figures: ${line}`, false);
}
ok('they count people without naming any', /^lotse_seekers 60$/m.test(metrics.text) && /^lotse_workers_total \d+$/m.test(metrics.text) && /^lotse_requests_total \d+$/m.test(metrics.text));
is('they are not for those behind a proxy', (await request(where, 'GET', '/metrics', { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status, 403);

// Methods.
const match = await call(where, 'match.query', { seeker: 's-017', limit: 2, as_of: '2026-11-23' });
is('a match is answered', [match.status, match.result.matches.length], [200, 2]);
is('what is not there is 404', (await call(where, 'seeker.get', { id: 'nope' })).status, 404);
is('a wrong parameter is 400', (await call(where, 'seeker.get', { nope: 1 })).status, 400);
const post = (body, headers = json) => request(where, 'POST', '/rpc', { headers, body });
is('a batch keeps its order of answers in one array',
  JSON.parse((await post('[{"jsonrpc":"2.0","id":1,"method":"server.info"},{"jsonrpc":"2.0","id":2,"method":"nope"}]')).text).length, 2);
is('notifications have no answer', (await post('{"jsonrpc":"2.0","method":"server.info"}')).status, 204);
is('no JSON is 400', (await post('{')).status, 400);
is('no body is an empty frame', (await post('')).status, 204);
is('a form is refused', (await post('{}', { 'Content-Type': 'text/plain' })).status, 415);
is('another type that starts alike is refused', (await post('{}', { 'Content-Type': 'application/jsonx' })).status, 415);
is('a type with a charset is fine', (await post('{"jsonrpc":"2.0","id":1,"method":"server.info"}', { ...json, 'Content-Type': 'application/json; charset=utf-8' })).status, 200);
is('progress has no place in a response', JSON.parse((await post('{"jsonrpc":"2.0","id":9,"method":"server.info","params":{"progress_token":1}}')).text).id, 9);

// Other sites.
is('a page of another site is refused', (await call(where, 'server.info', null, { Origin: 'http://evil.example' })).status, 403);
is('and where the browser says cross-site', (await call(where, 'server.info', null, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
is('an own page is not', (await call(where, 'server.info', null, { Origin: where })).status, 200);
is('a name that was made to point here is refused', (await request(where, 'GET', '/', { headers: { Host: 'evil.example' } })).status, 421);
is('a name that only starts like ours too', (await request(where, 'GET', '/', { headers: { Host: '127.0.0.1.evil.example' } })).status, 421);
is('localhost is ours', (await request(where, 'GET', '/', { headers: { Host: 'localhost:1' } })).status, 200);

// Shapes by which requests are smuggled past proxies: refused, and the connection closed.
const H = `Host: ${hostOf(where)}\r\n`;
const J = `Content-Type: application/json\r\nAuthorization: ${auth.Authorization}\r\n`;
const shapes = {
  'length and coding': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'coding and length': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n`],
  'coding alone': [501, `POST /rpc HTTP/1.1\r\n${H}${J}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
  'coding with a space before the colon': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 2\r\nTransfer-Encoding : chunked\r\n\r\n{}`],
  'coding in odd spelling': [501, `POST /rpc HTTP/1.1\r\n${H}${J}tRANSFER-eNCODING: xchunked\r\n\r\n{}`],
  'two lengths': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}`],
  'the same length twice': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
  'a list of lengths': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 2, 2\r\n\r\n{}`],
  'a signed length': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: +2\r\n\r\n{}`],
  'a length in hexadecimal': [400, `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 0x2\r\n\r\n{}`],
  'a folded field': [400, `POST /rpc HTTP/1.1\r\n${H}${J}X: a\r\n Content-Length: 40\r\nContent-Length: 2\r\n\r\n{}`],
  'line ends without CR': [400, `POST /rpc HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}`],
  'one line end without CR': [400, `POST /rpc HTTP/1.1\r\n${H}X: a\nContent-Length: 2\r\n\r\n{}`],
  'a CR within a value': [400, `GET / HTTP/1.1\r\n${H}X: a\rContent-Length: 5\r\n\r\n`],
  'a NUL within a value': [400, `GET / HTTP/1.1\r\n${H}X: a\0b\r\n\r\n`],
  'a space within a name': [400, `GET / HTTP/1.1\r\n${H}X Y: a\r\n\r\n`],
  'GET with a body': [400, `GET / HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`],
  'no host': [400, 'GET / HTTP/1.1\r\n\r\n'],
  'two hosts': [400, `GET / HTTP/1.1\r\n${H}Host: y\r\n\r\n`],
  'a whole address as target': [400, `GET http://127.0.0.1/ HTTP/1.1\r\n${H}\r\n`],
  'another version': [505, `GET / HTTP/1.9\r\n${H}\r\n`],
  'no version': [400, `GET /\r\n${H}\r\n`],
  'an empty line first': [400, `\r\nGET / HTTP/1.1\r\n${H}\r\n`],
  'the line protocol': [400, '{"jsonrpc":"2.0","id":1,"method":"server.info"}\n'],
};
for (const [what, [status, text]] of Object.entries(shapes)) {
  const peer = await dial(where);
  peer.send(text);
  const got = await response(peer);
  const rest = await response(peer);
  is(`${what} is refused and the connection closed`, [got?.status, got?.headers.connection, rest], [status, 'close', null]);
  peer.close();
}

// Connections.
const kept = await dial(where);
const one = `POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 47\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"server.info"}`;
kept.send(one + one.replace('"id":1', '"id":2') + `GET /healthz HTTP/1.1\r\n${H}\r\n`);
is('requests in a row are answered in their order',
  [JSON.parse((await response(kept)).text).id, JSON.parse((await response(kept)).text).id, (await response(kept)).text], [1, 2, 'ok\n']);
for (const byte of one) kept.send(byte);
is('a request may come byte by byte', JSON.parse((await response(kept)).text).id, 1);
kept.send(`POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 47\r\nExpect: 100-continue\r\n\r\n`);
is('who waits to be told to go on is told', (await response(kept)).status, 100);
kept.send('{"jsonrpc":"2.0","id":3,"method":"server.info"}');
is('and answered', JSON.parse((await response(kept)).text).id, 3);
kept.close();
const large = await dial(where);
large.send(`POST /rpc HTTP/1.1\r\n${H}${J}Content-Length: 1048577\r\n\r\n`);
is('too long a body is refused before it comes', [(await response(large)).status, await response(large)], [413, null]);
const full = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server.info' }).padEnd(1048576);
is('the longest frame is taken', (await post(full)).status, 200);
const halved = await dial(where);
halved.socket.end(one);
is('who closes his half is still answered', JSON.parse((await response(halved)).text).id, 1);

// WebSocket.
const ws = await socket(where, { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' });
is('the greeting is answered', [ws.greeting.status, ws.greeting.headers['sec-websocket-accept']], [101, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']);
is('a message is a request', (await ws.ask('server.info', null, 'x')).id, 'x');
const text = Buffer.from('{"jsonrpc":"2.0","id":7,\n"method":"server.info"}');
ws.send(Buffer.concat([frame(1, text.subarray(0, 9), { final: false }), frame(9, 'are you there'), frame(0, text.subarray(9))]));
const pong = await ws.frame();
is('a ping between the pieces is answered first', [pong.opcode, pong.payload.toString()], [10, 'are you there']);
is('the pieces are one request', JSON.parse((await ws.frame()).payload.toString()).id, 7);
const many = Array.from({ length: 200 }, (_, i) => frame(1, JSON.stringify({ jsonrpc: '2.0', id: i, method: 'match.query', params: { seeker: 's-017', limit: 20 } })));
ws.send(Buffer.concat(many));
const ids = new Set();
while (ids.size < 200) {
  const got = await ws.frame();
  if (got === null) break;
  ids.add(JSON.parse(got.payload.toString()).id);
}
is('more requests than are worked on at once are all answered', ids.size, 200);
ws.send(frame(8, Buffer.from([3, 232])));
const bye = await ws.frame();
is('a close is answered with a close', [bye.opcode, bye.payload.readUInt16BE(0)], [8, 1000]);
const wrong = { 'a frame without mask': [frame(1, 'x', { masked: false }), 1002], 'a binary frame': [frame(2, 'x'), 1003],
  'text that is no UTF-8': [frame(1, Buffer.from([0xff])), 1007], 'a message in no piece': [frame(0, 'x'), 1002],
  'too long a message': [Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 1, 2, 3, 4]), 1009] };
for (const [what, [bytes, code]] of Object.entries(wrong)) {
  const peer = await socket(where);
  peer.send(bytes);
  const got = await peer.frame();
  is(`${what} closes the connection`, [got?.opcode, got?.payload.readUInt16BE(0)], [8, code]);
  peer.close();
}
is('a page of another site gets no WebSocket', (await socket(where, { Origin: 'http://evil.example' })).greeting.status, 403);
is('an own page does', (await socket(where, { Origin: where })).greeting.status, 101);
is('an older version is told ours', (await socket(where, { 'Sec-WebSocket-Version': 8 })).greeting.headers['sec-websocket-version'], '13');
is('a greeting without a key is refused', (await socket(where, { 'Sec-WebSocket-Key': 'short' })).greeting.status, 400);
is('its place is no page', (await request(where, 'GET', '/ws')).status, 426);

// A Unix socket for a proxy on the same machine.
await stop(server);
const local = await serve(program, dir, ['serve', '--http', `unix:${dir}/http.sock`]);
is('HTTP on a Unix socket', (await call(`unix:${dir}/http.sock`, 'server.info')).status, 200);
is('whatever the host is called', (await request(`unix:${dir}/http.sock`, 'GET', '/healthz', { headers: { Host: 'lotse.example' } })).text, 'ok\n');
is('the socket is its owner\'s alone', fs.statSync(`${dir}/http.sock`).mode & 0o777, 0o600);

// The end: what was asked is answered, who only waits is let go.
const late = await socket(`unix:${dir}/http.sock`);
const idle = await dial(`unix:${dir}/http.sock`);
local.child.kill('SIGTERM');
const away = await late.frame();
is('a WebSocket is told that the server goes away', [away.opcode, away.payload.readUInt16BE(0)], [8, 1001]);
is('an idle connection is closed', await response(idle), null);
is('the server ends well', await local.ended, 0);
ok('the log names nobody', !/s-017/.test(server.log + local.log));
fs.rmSync(dir, { recursive: true });
finish();
