// (d) What if: weights, distance, hours, day, strategy. The list follows while a slider moves.
import { useState } from '../vendor/hooks.mjs';
import { Choice, Failure, Input, html, say } from '../lib/ui.mjs';
import { t } from '../lib/words.mjs';
import { today, useCall } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';
import { useCriteria } from './whynot.mjs';

/** Weights that the caller names may not be more than everything together. */
export function balance(weights, changed) {
  const others = Object.entries(weights).filter(([id]) => id !== changed);
  const left = 1000000 - weights[changed];
  const sum = others.reduce((s, [, w]) => s + w, 0);
  if (sum <= left) return weights;
  return { ...Object.fromEntries(others.map(([id, w]) => [id, Math.floor(w * left / sum)])), [changed]: weights[changed] };
}

/** The parameters of match.query that say what was moved; {} if nothing was. */
export function whatIfParams(what, seeker) {
  const params = {};
  if (Object.keys(what.weights).length) params.weights = what.weights;
  const patch = {};
  if (what.max_km) patch.mobility = { max_km: what.max_km };
  if (what.hours_max) patch.availability = { hours_max: what.hours_max, hours_min: Math.min(seeker?.availability?.hours_min ?? 0, what.hours_max) };
  if (what.from) patch.availability = { ...patch.availability, from: what.from };
  if (Object.keys(patch).length) params.what_if = patch;
  if (what.as_of) params.as_of = what.as_of;
  return params;
}

const Slider = ({ text, value, shown, ...rest }) => {
  const [id] = useState(() => `slider-${Math.random().toString(36).slice(2)}`);
  return html`<div class="slider"><label for=${id}>${text}</label><output for=${id}>${shown}</output>
    <input id=${id} type="range" value=${value} aria-valuetext=${shown} ...${rest} /></div>`;
};

function Save({ frame, strategy }) {
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState('');
  const [error, setError] = useState(null);
  const [saved, setSaved] = useState('');
  const save = async (e) => {
    e.preventDefault();
    if (!/^[a-z0-9][a-z0-9._-]{0,40}$/.test(name)) { setWrong(t('strategy_name_wrong')); e.currentTarget.querySelector('input').focus(); return; }
    setWrong('');
    try {
      const criteria = strategy.criteria.map((c) => ({ ...c, weight: frame.weights[c.id] ?? c.weight }));
      await call('strategy.put', { strategy: { ...strategy, id: name, criteria } });
      setError(null); setSaved(name); say(t('saved', { name }));
    } catch (why) { setError(why); }
  };
  return html`<form onSubmit=${save} novalidate><${Input} text=${t('strategy_name')} hint=${t('strategy_name_hint')} error=${wrong} value=${name} on=${setName} dir="ltr" autocomplete="off"/>
    <${Failure} error=${error}/>${saved && html`<p class="notice good">${t('saved', { name: saved })}</p>`}<button>${t('save_strategy')}</button></form>`;
}

export default function WhatIf({ who, seeker, frame, what, on }) {
  const name = useCriteria();
  const strategies = useCall('strategy.list', {});
  const { data } = useCall('strategy.get', { id: what.strategy });
  if (!frame) return null;
  const set = (part) => on({ ...what, ...part });
  const weightOf = (id) => what.weights[id] ?? frame.weights[id] ?? 0;
  const is_changed = Object.keys(whatIfParams(what, seeker)).length > 0 || what.strategy !== 'default';
  const km = what.max_km ?? seeker?.mobility?.max_km ?? 50;
  const hours = what.hours_max ?? seeker?.availability?.hours_max ?? 40;
  return html`<section class="card"><h2>${t('what_if')}</h2><p class="soft">${t('what_if_lead')}</p>
    ${strategies.data && html`<${Choice} text=${t('strategy')} value=${what.strategy} options=${strategies.data.strategies.filter((s) => s.usable).map((s) => [s.id, s.id])} on=${(id) => on({ ...what, strategy: id, weights: {} })}/>`}
    ${Object.keys(frame.weights).map((id) => html`<${Slider} key=${id} text=${name(id)} min="0" max="100" step="1" value=${Math.round(weightOf(id) / 10000)} shown=${t('percent', { n: Math.round(weightOf(id) / 10000) })}
      onInput=${(e) => set({ weights: balance({ ...what.weights, [id]: e.currentTarget.value * 10000 }, id) })}/>`)}
    <${Slider} text=${t('w_km')} min="1" max="100" value=${km} shown=${t('km', { n: km })} onInput=${(e) => set({ max_km: +e.currentTarget.value })}/>
    <${Slider} text=${t('w_hours')} min="1" max="45" value=${hours} shown=${t('hours', { n: hours })} onInput=${(e) => set({ hours_max: +e.currentTarget.value })}/>
    <${Input} text=${t('w_from')} type="date" value=${what.from ?? seeker?.availability?.from ?? ''} on=${(v) => set({ from: v || undefined })}/>
    <${Input} text=${t('w_day')} type="date" value=${what.as_of ?? today()} on=${(v) => set({ as_of: v || undefined })}/>
    ${is_changed && html`<button onClick=${() => { on({ weights: {}, strategy: 'default' }); say(t('reset_done')); }}>${t('reset')}</button>`}
    ${who.methods.has('strategy.put') && data && html`<details><summary>${t('save_strategy')}</summary><p class="soft">${t('save_hint')}</p><${Save} frame=${frame} strategy=${data.strategy}/></details>`}</section>`;
}
