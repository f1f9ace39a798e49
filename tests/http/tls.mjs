// tls.mjs PROGRAM ROOT [RELOADS]: TLS, certificates of machines, a proxy that signs people in, and
// reloading all of it while others ask.
import fs from 'node:fs';
import https from 'node:https';
import { execFileSync } from 'node:child_process';
import { addUser, bearer, call, dial, finish, is, makeFolder, ok, request, serve, sleep, socket, stop } from './peer.mjs';

const [program, root, reloads = '40'] = process.argv.slice(2);
const dir = makeFolder(program, root);
const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });

// An authority, and what it issues: NAME.crt and NAME.key.
openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Test CA',
  '-keyout', `${dir}/ca.key`, '-out', `${dir}/ca.crt`);
const issue = (name, file = name) => {
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${dir}/${file}.key`, '-out', `${dir}/${file}.csr`);
  openssl('x509', '-req', '-days', '2', '-in', `${dir}/${file}.csr`, '-CA', `${dir}/ca.crt`, '-CAkey', `${dir}/ca.key`, '-CAcreateserial', '-out', `${dir}/${file}.crt`);
  fs.chmodSync(`${dir}/${file}.key`, 0o600);
};
for (const name of ['localhost', 'batch', 'front-proxy', 'nobody']) issue(name);
issue('localhost', 'second');
const own = (name) => ({ cert: fs.readFileSync(`${dir}/${name}.crt`), key: fs.readFileSync(`${dir}/${name}.key`) });

const token = addUser(program, dir, 'cw-1', 'caseworker');
addUser(program, dir, 'batch', 'planner');
const write = (name) => fs.writeFileSync(`${dir}/town/lotse.conf`, `; a comment
[server]
https = 127.0.0.1:0
[tls]
certificate = ${dir}/${name}.crt
key = ${dir}/${name}.key
client_ca = ${dir}/ca.crt
[proxy]
user_header = X-Remote-User
role_header = X-Remote-Groups
unit_header = X-Remote-Units
roles = job-lead=team_lead, job-cw=caseworker
certificate = front-proxy
`);
write('localhost');
fs.mkdirSync(`${dir}/town/conf.d`);
fs.writeFileSync(`${dir}/town/conf.d/10-http.conf`, `[server]\nhttp = unix:${dir}/first.sock\n`);
fs.writeFileSync(`${dir}/town/conf.d/20-http.conf`, `[server]\nhttp = unix:${dir}/http.sock\n`);
const server = await serve(program, dir, ['serve'], { LOTSE_SERVER_WORKERS: '1' });
const where = server.where.find((w) => w.startsWith('https'));
const proxied = `unix:${dir}/http.sock`;
ok('the later of the files beside the configuration wins', server.log.includes(`${dir}/http.sock`) && !server.log.includes('first.sock'));

// TLS.
const page = await request(where, 'GET', '/');
is('a page over TLS', page.status, 200);
ok('the browser is to remember that', page.headers['strict-transport-security']);
is('a method over TLS', (await call(where, 'seeker.get', { id: 's-017' }, bearer(token))).status, 200);
is('a WebSocket over TLS', (await (await socket(where, bearer(token))).ask('session.whoami')).result.user, 'cw-1');
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.login', params: { token } });
const login = await request(where, 'POST', '/rpc', { headers: { 'Content-Type': 'application/json', Origin: where }, body });
ok('cookies are for TLS only', /^__Host-lotse-guard=[\w-]{43}; Path=\/; SameSite=Strict; Secure$/.test(login.headers['set-cookie']));
is('the plain page of the same name is another site', (await call(where, 'server.info', null, { ...bearer(token), Origin: where.replace('https', 'http') })).status, 403);
const old = await dial(where, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
ok('older versions are refused', old.error !== null);
const plain = await dial(where.replace('https', 'http'));
plain.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
await plain.read((p) => (p.ended ? true : undefined));
ok('plain text gets no answer there', !plain.bytes.includes('HTTP'));
const large = await call(where, 'rpc.discover');
ok('a long answer comes whole', large.result.methods.length > 20);

is('figures are not for elsewhere', (await request(where, 'GET', '/metrics')).status, 403);
is('readiness is', (await request(where, 'GET', '/readyz')).status, 200);

// Machines by certificate.
is('a machine is the user its certificate names', (await call(where, 'session.whoami', null, {}, own('batch'))).result.role, 'planner');
is('whom nobody knows is nobody', (await call(where, 'session.whoami', null, {}, own('nobody'))).result.signed_in, false);
openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=batch', '-keyout', `${dir}/forged.key`, '-out', `${dir}/forged.crt`);
const forged = await dial(where, own('forged'));
forged.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
await forged.read((p) => (p.ended ? true : undefined));
ok('a certificate of another authority is refused', !forged.bytes.includes('HTTP'));

// A proxy signs people in.
const person = { 'X-Remote-User': 'a.b@example', 'X-Remote-Groups': 'staff, job-cw', 'X-Remote-Units': 'u-1 u-2' };
const whoami = async (at, headers, options) => {
  const r = (await call(at, 'session.whoami', null, { Origin: at.startsWith('unix') ? 'https://localhost' : at, ...headers }, options)).result;
  return [r.user, r.role, r.units];
};
is('on the Unix socket the proxy is believed', await whoami(proxied, person), ['a.b@example', 'caseworker', ['u-1', 'u-2']]);
is('and with its certificate', await whoami(where, person, own('front-proxy')), ['a.b@example', 'caseworker', ['u-1', 'u-2']]);
is('nobody else is', await whoami(where, person), [null, null, null]);
is('no other machine either', await whoami(where, person, own('batch')), ['batch', 'planner', null]);
is('the first role that fits', (await whoami(proxied, { ...person, 'X-Remote-Groups': 'job-cw;job-lead' }))[1], 'team_lead');
is('no group is no role', (await whoami(proxied, { ...person, 'X-Remote-Groups': 'other' }))[1], null);
is('no unit is no person', (await whoami(proxied, { ...person, 'X-Remote-Units': '' }))[2], []);
is('an own user keeps his own role', await whoami(proxied, { 'X-Remote-User': 'batch', 'X-Remote-Groups': 'job-lead' }), ['batch', 'planner', null]);
is('an odd name is nobody', (await whoami(proxied, { ...person, 'X-Remote-User': 'a b' }))[0], null);
is('no name is nobody', (await whoami(proxied, { 'X-Remote-Groups': 'job-lead' }))[0], null);

// Reloading: certificates and settings are exchanged while others ask; nobody's request fails.
const serial = (pem) => { try { return execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem, encoding: 'utf8' }).trim(); } catch { return ''; } };
const served = async () => {
  const peer = await dial(where);
  const raw = peer.socket.getPeerCertificate().raw;
  peer.close();
  return serial(`-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`);
};
is('the first certificate', await served(), serial(fs.readFileSync(`${dir}/localhost.crt`)));
let asked = 0;
let failed = 0;
let over = false;
const one = (agent) => new Promise((done) => {
  const r = https.request(`${where}/rpc`, { method: 'POST', agent, rejectUnauthorized: false,
    headers: { 'Content-Type': 'application/json', ...bearer(token) } }, (res) => {
    let text = '';
    res.on('data', (d) => { text += d; });
    res.on('end', () => { asked++; if (res.statusCode !== 200 || !text.includes('"result"')) failed++; done(); });
  });
  r.on('error', (why) => { asked++; failed++; console.log(`a request failed: ${why.message}`); done(); });
  r.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'match.query', params: { seeker: 's-017', limit: 3, totals: false } }));
});
const askers = Array.from({ length: 6 }, async (_, i) => {
  const agent = i < 3 ? new https.Agent({ keepAlive: true, maxSockets: 1 }) : new https.Agent({ keepAlive: false });
  while (!over) await one(agent);
  agent.destroy();
});
const reloadedCount = () => server.log.split('config.reloaded').length - 1;
for (let i = 0; i < +reloads; i++) {
  write(i % 2 ? 'localhost' : 'second');
  const before = reloadedCount();
  server.child.kill('SIGHUP');
  for (let t = 0; t < 2000 && reloadedCount() === before; t++) await sleep(2);
}
is('every reload came into force', reloadedCount(), +reloads);
const last = +reloads % 2 ? 'second' : 'localhost';
is('new connections get the new certificate', await served(), serial(fs.readFileSync(`${dir}/${last}.crt`)));
fs.writeFileSync(`${dir}/town/lotse.conf`, '[server]\nhttpps = 1\n');
server.child.kill('SIGHUP');
for (let t = 0; t < 2000 && !server.log.includes('config.kept'); t++) await sleep(2);
ok('a wrong file changes nothing and is said', /config\.kept.*httpps/.test(server.log));
is('the old settings stay', await whoami(proxied, person), ['a.b@example', 'caseworker', ['u-1', 'u-2']]);
over = true;
await Promise.all(askers);
console.log(`${asked} requests beside ${reloads} reloads`);
is(`none of ${asked} requests failed over ${reloads} reloads`, failed, 0);
ok('many were asked', asked > +reloads);
const end = await stop(server);
if (end !== 0) console.log(server.log.slice(-3000));
is('the server ends well', end, 0);

// What must not start.
fs.rmSync(`${dir}/town/conf.d`, { recursive: true });
for (const [what, text, say] of [
  ['a key that everybody can read', null, 'everybody can read it'],
  ['TLS without a certificate', '[server]\nhttps = 127.0.0.1:0\n', 'needs tls.certificate'],
  ['a plain port beyond this machine', '[server]\nhttp = 0.0.0.0:0\n', 'is not 127.0.0.1:PORT'],
  ['a certificate that is none', `[server]\nhttps = 127.0.0.1:0\n[tls]\ncertificate = ${dir}/ca.key\nkey = ${dir}/ca.key\n`, 'cannot use the certificate'],
  ['a key of another certificate', `[server]\nhttps = 127.0.0.1:0\n[tls]\ncertificate = ${dir}/ca.crt\nkey = ${dir}/batch.key\n`, 'cannot use the key'],
  ['a user who does not exist', '[access]\ncaseworker = nobody-of-this-name\n', 'there is no user'],
  ['a role that does not exist', '[access]\nlocal = king\n', 'expected a role'],
]) {
  if (text === null) { write('localhost'); fs.chmodSync(`${dir}/localhost.key`, 0o644); } else fs.writeFileSync(`${dir}/town/lotse.conf`, text);
  let log = '';
  try { await stop(await serve(program, dir, ['serve'])); } catch (why) { log = why.message; }
  ok(`${what} is refused: ${log.slice(0, 200)}`, log.includes(say));
}
fs.rmSync(dir, { recursive: true });
finish();
