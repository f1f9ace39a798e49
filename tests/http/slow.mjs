// slow.mjs HOST PORT COUNT: so many who send a byte of a head a second, and come again a second after
// they were let go. Tells its parent how many were, and after how long at most.
import net from 'node:net';

const [host, port, count] = process.argv.slice(2);
let closed = 0;
let longest = 0;
const text = `GET / HTTP/1.1\r\nHost: ${host}:${port}\r\nX: ${'a'.repeat(1000)}`;

function begin() {
  const started = Date.now();
  const s = net.connect({ host, port: +port });
  let at = 0;
  const tick = setInterval(() => s.write(text[at++]), 1000);
  s.on('error', () => {});
  s.on('close', () => {
    clearInterval(tick);
    closed++;
    longest = Math.max(longest, Date.now() - started);
    setTimeout(begin, 1000);
  });
  s.resume();
}
for (let i = 0; i < +count; i++) setTimeout(begin, (i * 2000) / +count);
setInterval(() => process.send({ closed, longest }), 500);
process.on('disconnect', () => process.exit(0));
