// The one place that talks to the server: JSON-RPC over POST /rpc, nothing to anywhere else.

export class Refusal extends Error {
  constructor(error) {
    super(error.message);
    this.code = error.code;
    this.id = error.data?.id ?? '';
    this.detail = [error.data?.detail, error.data?.hint].filter(Boolean).join(' ');
    this.path = error.data?.path ?? '';
  }
}

let next_id = 1;
let on_signed_out = () => {};

/** What to do when the server no longer knows who we are. */
export function whenSignedOut(then) { on_signed_out = then; }

// The session's guard: a cookie that only a page of this server can read (see core/account).
const guard = () => /(?:^|; )(?:__Host-)?lotse-guard=([^;]+)/.exec(document.cookie)?.[1];

async function post(body, signal) {
  const headers = { 'Content-Type': 'application/json' };
  if (guard()) headers['X-CSRF-Token'] = guard();
  let response;
  try {
    response = await fetch('rpc', { method: 'POST', headers, body: JSON.stringify(body), signal });
  } catch (why) {
    if (why.name === 'AbortError') throw why;
    throw new Refusal({ message: 'offline', data: { id: 'console.offline' } });
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const id = response.status === 403 || response.status === 401 ? 'not_signed_in' : '';
    return { error: { message: text.trim() || `HTTP ${response.status}`, data: { id } } };
  }
}

function outcome(answer) {
  if (!answer.error) return answer.result;
  const refusal = new Refusal(answer.error);
  if (refusal.id === 'not_signed_in') on_signed_out();
  throw refusal;
}

/** One call. Throws a Refusal. */
export async function call(method, params = {}, signal) {
  return outcome(await post({ jsonrpc: '2.0', id: next_id++, method, params }, signal));
}

/** Many calls in few frames; answers in their order, a Refusal in the place of a failed one. */
export async function callAll(calls, signal) {
  const answers = [];
  for (let i = 0; i < calls.length; i += 50) {
    const frame = calls.slice(i, i + 50)
      .map(([method, params]) => ({ jsonrpc: '2.0', id: next_id++, method, params }));
    const got = await post(frame, signal);
    if (!Array.isArray(got)) outcome(got);
    const by_id = new Map(got.map((a) => [a.id, a]));
    for (const { id } of frame) {
      const answer = by_id.get(id);
      answers.push(answer?.error ? new Refusal(answer.error) : answer?.result);
    }
  }
  return answers;
}

/** Who we are and which methods there are for us: {signed_in, can_sign_in, user, role, methods}. */
export async function greet() {
  try {
    const who = await call('session.whoami');
    return { ...who, can_sign_in: true, methods: new Set(who.methods) };
  } catch (why) {
    if (why.code !== -32601) throw why;
  }
  const { methods } = await call('rpc.discover');
  return { signed_in: true, can_sign_in: false, user: null, role: null, methods: new Set(methods.map((m) => m.name)) };
}
