// What this page is, how accessible it is, and whom to tell about a barrier.
import { Heading, html } from '../lib/ui.mjs';
import { t } from '../lib/words.mjs';
import { useCall } from '../lib/state.mjs';

export default function About() {
  const { data } = useCall('server.info', {});
  const { data: health } = useCall('server.health', {});
  return html`<${Heading}>${t('about')}<//><section class="card"><h2>${t('about_access')}</h2><p>${t('about_access_text')}</p><p>${t('about_barrier')}</p></section>
    <section class="card"><h2>${t('about_keys')}</h2><p>${t('about_keys_text')}</p></section>
    ${data && html`<section class="card"><h2>${t('about_server')}</h2><p><bdi>lotse ${data.version}</bdi>, ${t('snapshot')} ${data.snapshot}</p>
      ${health && html`<p class="notice ${health.ok ? 'good' : 'bad'}"><span aria-hidden="true">${health.ok ? '✓' : '✕'}</span> ${t(health.ok ? 'server_well' : 'server_ill')}</p>`}</section>`}`;
}
