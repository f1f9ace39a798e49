// (k) Plugins: state, quarantine, grants, release.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Failure, Heading, html, say } from '../lib/ui.mjs';
import { language, t } from '../lib/words.mjs';
import { useCall } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';

const SIGNS = { ready: '✓', failed: '✕', quarantined: '!', disabled: '–', stopped: '–' };

function Grants({ plugin, on_changed, who }) {
  const { data, error, again } = useCall('plugin.show', { id: plugin.id, lang: language() });
  const [failed, setFailed] = useState(null);
  if (!data) return html`<${Failure} error=${error}/><${Busy} when=${!error}/>`;
  const change = async (method, columns) => {
    try { await call(method, { id: plugin.id, columns }); setFailed(null); again(); on_changed(); } catch (why) { setFailed(why); }
  };
  const seen = [...(data.columns?.seeker ?? []), ...(data.columns?.offer ?? [])];
  return html`<p>${data.help}</p><p class="soft">${t('plugin_reads')}: <bdi>${seen.join(', ') || '–'}</bdi></p>
    ${data.granted?.length > 0 && html`<p>${t('plugin_granted')}: <bdi>${data.granted.join(', ')}</bdi>
      ${who.methods.has('plugin.revoke') && html` <button onClick=${() => change('plugin.revoke', data.granted)}>${t('plugin_revoke')}</button>`}</p>`}
    ${data.withheld?.length > 0 && html`<p>${t('plugin_withheld')}: <bdi>${data.withheld.join(', ')}</bdi>
      ${who.methods.has('plugin.grant') && html` <button onClick=${() => change('plugin.grant', data.withheld)}>${t('plugin_grant')}</button>`}</p>`}
    ${data.cage && html`<p class="soft">${t('plugin_cage', { faults: data.cage.faults, starts: data.cage.starts })} <bdi>${data.cage.walls.join(', ')}</bdi></p>`}
    <p class="soft hash"><bdi>${data.hash}</bdi></p><${Failure} error=${failed}/>`;
}

function Plugin({ plugin, who, on_changed }) {
  const [is_open, setOpen] = useState(false);
  const [error, setError] = useState(null);
  const act = (method) => async () => {
    try { await call(method, { id: plugin.id }); setError(null); say(t('plugin_changed', { name: plugin.title ?? plugin.id })); on_changed(); } catch (why) { setError(why); }
  };
  const can = (method) => who.methods.has(method);
  const is_off = plugin.state === 'disabled' || plugin.state === 'stopped';
  const name = html`<span class="unseen">: ${plugin.title ?? plugin.id}</span>`;
  return html`<li class="card plugin ${plugin.state}"><div class="match-head"><h2>${plugin.title ?? plugin.id}</h2><span class="verdict ${plugin.state === 'ready' ? 'yes' : is_off ? '' : 'no'}"><span aria-hidden="true">${SIGNS[plugin.state] ?? '…'}</span> ${t(`state_${plugin.state}`)}</span></div>
    <p class="soft facts"><span><bdi>${plugin.id}${plugin.version ? ` ${plugin.version}` : ''}</bdi></span><span>${t(`trust_${plugin.trust}`)}</span>${plugin.kind && html`<span>${t(`made_${plugin.kind}`)}</span>`}</p>
    ${plugin.error && html`<p class="notice bad" lang="en" dir="ltr">${plugin.error.detail}</p>`}<${Failure} error=${error}/>
    <div class="buttons"><button aria-expanded=${is_open ? 'true' : 'false'} onClick=${() => setOpen(!is_open)}>${t('plugin_more')}${name}</button>
      ${plugin.state === 'quarantined' && can('plugin.release') && html`<button onClick=${act('plugin.release')}>${t('plugin_release')}${name}</button>`}
      ${is_off && can('plugin.enable') && html`<button onClick=${act('plugin.enable')}>${t('plugin_enable')}${name}</button>`}
      ${plugin.state === 'ready' && can('plugin.disable') && html`<button onClick=${act('plugin.disable')}>${t('plugin_disable')}${name}</button>`}</div>
    ${is_open && html`<${Grants} plugin=${plugin} who=${who} on_changed=${on_changed}/>`}</li>`;
}

export default function Plugins({ who }) {
  const { data, error, again } = useCall('plugin.list', { lang: language() });
  const ill = (data?.plugins ?? []).filter((p) => p.state === 'quarantined' || p.state === 'failed');
  return html`<${Heading} lead=${t('plugins_lead')}>${t('nav_plugins')}<//><${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && (ill.length ? html`<p class="notice bad" role="status">${t('plugins_ill', { n: ill.length })}</p>` : html`<p class="notice good">${t('plugins_well', { n: data.total })}</p>`)}
    ${data && html`<ul class="tiles">${data.plugins.map((p) => html`<${Plugin} key=${p.id} plugin=${p} who=${who} on_changed=${again}/>`)}</ul>`}
    ${who.methods.has('plugin.reload') && html`<button onClick=${() => call('plugin.reload').finally(again)}>${t('plugins_reload')}</button>`}`;
}
