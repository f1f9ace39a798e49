// What lasts longer than a view: settings, the address, a person who is not stored, calls under way.
import { useEffect, useRef, useState } from '../vendor/hooks.mjs';
import { call } from './rpc.mjs';

const THEMES = ['auto', 'light', 'dark', 'contrast'];
export { THEMES };

// Settings hold no person: language, theme, the day asked about.
export function setting(name, fallback) {
  try { return localStorage.getItem(`lotse.${name}`) ?? fallback; } catch { return fallback; }
}
export function keepSetting(name, value) {
  try { localStorage.setItem(`lotse.${name}`, value); } catch { /* the page then forgets it */ }
}

/** The address: #/part/part?name=value. */
export function readAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query ?? '') };
}
export const address = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;
export function go(...parts) { location.hash = address(...parts); }

/** A person who is not stored: lives in this page's memory alone. Its id in addresses is "-". */
export const NOT_STORED = '-';
let unstored = null;
export function setUnstored(record) { unstored = record; }
export function getUnstored() { return unstored; }

/** The parameters that name the person of an address. */
export function personParams(id) {
  return id === NOT_STORED ? { seeker_record: { id: 'not-stored', ...unstored } } : { seeker: id };
}

/** The day to answer for: today unless ?day= in the page's own address says another. */
export function askedDay() {
  const given = new URLSearchParams(location.search).get('day');
  return given && /^\d{4}-\d\d-\d\d$/.test(given) ? given : null;
}
export const withDay = (params) => (askedDay() ? { as_of: askedDay(), ...params } : params);
export const today = () => askedDay() ?? new Date().toISOString().slice(0, 10);

/** Calls a method and again when `params` change; the last asked is the one shown. */
export function useCall(method, params) {
  const [state, setState] = useState({ data: null, error: null, is_busy: true });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify(params);
  useEffect(() => {
    if (!method || !params) return undefined;
    const stop = new AbortController();
    setState((s) => ({ ...s, is_busy: true }));
    call(method, params, stop.signal)
      .then((data) => setState({ data, error: null, is_busy: false }))
      .catch((error) => error.name === 'AbortError' || setState({ data: null, error, is_busy: false }));
    return () => stop.abort();
  }, [method, key, turn]);
  return { ...state, again: () => setTurn(turn + 1) };
}

/** Runs `work` when `keys` change; what it gives, or null before. */
export function useWork(work, keys) {
  const [got, setGot] = useState({ value: null, error: null });
  const turn = useRef(0);
  useEffect(() => {
    const mine = ++turn.current;
    work().then(
      (value) => mine === turn.current && setGot({ value, error: null }),
      (error) => mine === turn.current && setGot({ value: null, error }),
    );
  }, keys);
  return got;
}
