// (m) For the auditor: the trail. People are keyed hashes there; nothing else of them.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Choice, Failure, Heading, Input, Table, html, say } from '../lib/ui.mjs';
import { moment, number, t } from '../lib/words.mjs';
import { useCall } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';

const PAGE = 50;

function Verify() {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const verify = () => call('audit.verify').then((f) => { setFound(f); setError(null); say(t('verified')); }, setError);
  return html`<section class="card"><h2>${t('verify')}</h2><p class="soft">${t('verify_lead')}</p><button onClick=${verify}>${t('verify')}</button><${Failure} error=${error}/>
    ${found && ['system', 'access'].map((log) => html`<p class="notice ${found[log].sound ? 'good' : 'bad'}"><span aria-hidden="true">${found[log].sound ? '✓' : '✕'}</span> ${t(`log_${log}`)}: ${t(found[log].sound ? 'log_sound' : 'log_broken', { n: number(found[log].lines), where: found[log].where ?? '' })}</p>`)}</section>`;
}

export default function Trail({ who }) {
  const [f, setF] = useState({ log: 'system', from: '', to: '', by: '' });
  const [afters, setAfters] = useState([0]);
  const set = (name) => (value) => { setF({ ...f, [name]: value }); setAfters([0]); };
  const after = afters[afters.length - 1];
  const filled = Object.fromEntries(Object.entries(f).filter(([, v]) => v));
  const { data, error } = useCall('audit.list', { ...filled, limit: PAGE, ...(after ? { after } : {}) });
  return html`<${Heading} lead=${t('trail_lead')}>${t('nav_trail')}<//>
    ${who.methods.has('audit.verify') && html`<${Verify}/>`}
    <div class="card grid"><${Choice} text=${t('log')} value=${f.log} options=${[['system', t('log_system')], ['access', t('log_access')]]} on=${set('log')}/>
      <${Input} text=${t('from')} type="date" value=${f.from} on=${set('from')}/><${Input} text=${t('to')} type="date" value=${f.to} on=${set('to')}/>
      <${Input} text=${t('by')} value=${f.by} on=${set('by')} dir="ltr" autocomplete="off"/></div>
    <${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && html`<${Table} caption=${t('entries')} head=${['№', t('when'), t('by'), t('action'), t('offer'), t('people'), t('outcome')]} rows=${data.entries.map((e) => [number(e.n), moment(e.at_ms), html`<bdi>${e.by}</bdi>`, html`<bdi>${e.action}</bdi>`, html`<bdi>${e.offer ?? ''}</bdi>`, html`<bdi class="hash">${(e.seekers ?? []).join(' ')}</bdi>`, html`<bdi>${e.outcome}</bdi>`])}/>
      <div class="buttons">${afters.length > 1 && html`<button onClick=${() => setAfters(afters.slice(0, -1))}>${t('back')}</button>`}
        ${data.after != null && data.entries.length === PAGE && html`<button onClick=${() => setAfters([...afters, data.after])}>${t('more')}</button>`}</div>`}`;
}
