// (h) The letter for the person, in their language, to print.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Choice, Failure, Heading, html } from '../lib/ui.mjs';
import { LANGUAGES, language, t } from '../lib/words.mjs';
import { address, useCall, withDay } from '../lib/state.mjs';

export default function Letter({ args: [person, offer] }) {
  const [lang, setLang] = useState(language());
  const [format, setFormat] = useState('text');
  const { data, error } = useCall('letter.get', withDay({ seeker: person, offer, lang, format }));
  return html`<div class="no-print"><p><a href=${address('pair', person, offer)}>← ${t('back')}</a></p>
    <${Heading} lead=${t('letter_lead')}>${t('letter')}<//>
    <div class="card grid"><${Choice} text=${t('letter_lang')} value=${lang} options=${Object.entries(LANGUAGES)} on=${setLang}/>
      <${Choice} text=${t('letter_form')} value=${format} options=${[['text', t('letter_text')], ['aloud', t('letter_aloud')]]} on=${setFormat}/>
      <div class="buttons"><button class="main" onClick=${() => window.print()}>${t('print')}</button></div></div></div>
    <${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && html`<article class="card letter" lang=${data.lang} dir=${data.dir}><pre>${data.text}</pre></article>`}`;
}
