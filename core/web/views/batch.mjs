// (j) Batch runs: start, progress, results, and what they would change.
import { useEffect, useState } from '../vendor/hooks.mjs';
import { Busy, Choice, Failure, Heading, Input, Table, html, say } from '../lib/ui.mjs';
import { number, t } from '../lib/words.mjs';
import { address, useCall, withDay } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';

const ALLOCATORS = ['lotse.welfare', 'lotse.deferred', 'lotse.maximin', 'lotse.cardinality'];
const CHANGES = ['assigned', 'without_match', 'without_seat', 'kept', 'moved', 'lost', 'new', 'gone'];
const is_going = (b) => b.state === 'running' || b.state === 'waiting';

function Begin({ on_begun }) {
  const [f, setF] = useState({ name: '', top: '10', allocator: '', strategy: 'default' });
  const [error, setError] = useState(null);
  const strategies = useCall('strategy.list', {});
  const set = (name) => (value) => setF({ ...f, [name]: value });
  const begin = async (e) => {
    e.preventDefault();
    try {
      await call('batch.start', withDay({ ...(f.name ? { name: f.name } : {}), top: Number(f.top), strategy: f.strategy, explain: 'top', ...(f.allocator ? { allocator: f.allocator } : {}) }));
      setError(null); say(t('batch_begun')); on_begun();
    } catch (why) { setError(why); }
  };
  return html`<form class="card" onSubmit=${begin}><h2>${t('batch_begin')}</h2><div class="grid">
    <${Input} text=${t('batch_name')} value=${f.name} on=${set('name')} dir="ltr" autocomplete="off"/>
    <${Input} text=${t('batch_top')} type="number" min="1" max="500" value=${f.top} on=${set('top')}/>
    <${Choice} text=${t('strategy')} value=${f.strategy} options=${(strategies.data?.strategies ?? [{ id: 'default' }]).map((s) => [s.id, s.id])} on=${set('strategy')}/>
    <${Choice} text=${t('batch_allocator')} value=${f.allocator} none=${t('batch_nobody')} options=${ALLOCATORS.map((a) => [a, a])} on=${set('allocator')}/></div>
    <${Failure} error=${error}/><button class="main">${t('batch_begin')}</button></form>`;
}

/** The first lines of a result: who would be proposed what. */
function Result({ id }) {
  const { data, error } = useCall('batch.result', { id, len: 65536 });
  const lines = (data?.text ?? '').split('\n').filter((l) => l.startsWith('{')).slice(0, 50).map((l) => JSON.parse(l)).filter((l) => l.seeker ?? l.anchor);
  return html`<${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && html`<${Table} caption=${t('batch_first', { n: lines.length })} head=${[t('person'), t('offers')]} rows=${lines.map((l) => { const who = l.seeker ?? l.anchor; return [html`<a href=${address('person', who)}><bdi>${who}</bdi></a>`,
      html`<bdi>${(l.matches ?? [l]).map((m) => m.offer ?? m[0]).filter(Boolean).join(', ')}</bdi>`]; })}/>`}`;
}

function Run({ run, on_changed, can_cancel }) {
  const [is_open, setOpen] = useState(false);
  const done = run.seekers ? Math.round((100 * run.done) / run.seekers) : 0;
  const changes = CHANGES.filter((c) => run.allocation?.[c] != null);
  return html`<section class="card"><h2><bdi>${run.id}</bdi> <span class="soft">${t(`batch_state_${run.state}`)}</span></h2>
    <progress max="100" value=${done} aria-label=${t('batch_progress', { id: run.id })}>${done}</progress>
    <p>${t('batch_done', { n: number(run.done), all: number(run.seekers), matches: number(run.matches), without: number(run.without_match) })}</p>
    ${run.error && html`<p class="notice bad">${run.error.message}</p>`}
    ${changes.length > 0 && html`<h3>${t('batch_changes')}</h3><ul class="counts">${changes.map((c) => html`<li><span>${t(`change_${c}`)}</span> <strong>${number(run.allocation[c])}</strong></li>`)}</ul>`}
    <div class="buttons">${is_going(run) && can_cancel && html`<button onClick=${() => call('batch.cancel', { id: run.id }).finally(on_changed)}>${t('cancel')}<span class="unseen">: ${run.id}</span></button>`}
      ${run.bytes > 0 && html`<button aria-expanded=${is_open ? 'true' : 'false'} onClick=${() => setOpen(!is_open)}>${t('batch_result')}<span class="unseen">: ${run.id}</span></button>`}</div>
    ${is_open && html`<${Result} id=${run.id}/>`}</section>`;
}

export default function Batch({ who }) {
  const { data, error, again } = useCall('batch.status', {});
  const runs = data?.batches ?? [];
  useEffect(() => {
    if (!runs.some(is_going)) return undefined;
    const timer = setTimeout(again, 1000);
    return () => clearTimeout(timer);
  }, [data]);
  return html`<${Heading} lead=${t('batch_lead')}>${t('nav_batch')}<//><${Failure} error=${error}/>
    ${who.methods.has('batch.start') && html`<${Begin} on_begun=${again}/>`}
    <${Busy} when=${!data && !error}/>${data && runs.length === 0 && html`<p>${t('batch_none')}</p>`}
    ${runs.map((run) => html`<${Run} key=${run.id} run=${run} on_changed=${again} can_cancel=${who.methods.has('batch.cancel')}/>`)}`;
}
