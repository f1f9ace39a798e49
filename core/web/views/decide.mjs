// (g) Propose or decline with the same effort, note something, or say that facts are wrong. What a
// person decided stays: later runs add to it and never overwrite it.
import { useRef, useState } from '../vendor/hooks.mjs';
import { Choice, Failure, Field, Input, html, say } from '../lib/ui.mjs';
import { label, moment, t } from '../lib/words.mjs';
import { useCall, withDay } from '../lib/state.mjs';
import { language } from '../lib/words.mjs';
import { call } from '../lib/rpc.mjs';

const KINDS = ['propose', 'decline', 'note', 'data_wrong'];
const REASONS = {
  propose: ['fits_goal', 'person_wishes', 'opens_next_step', 'other'],
  decline: ['other_fits_better', 'person_declines', 'too_far', 'times', 'childcare', 'conditions', 'done_already', 'person_facts_wrong', 'offer_facts_wrong', 'other'],
};

export default function Decide({ person, offer, match, frame }) {
  const [kind, setKind] = useState('propose');
  const [reason, setReason] = useState('');
  const [text, setText] = useState('');
  const [hold, setHold] = useState('');
  const [wrong, setWrong] = useState({});
  const [error, setError] = useState(null);
  const form = useRef(null);
  const past = useCall('decision.list', { seeker: person, limit: 500 });
  const mine = (past.data?.decisions ?? []).filter((d) => d.offer === offer).reverse();
  const needs_reason = kind in REASONS;
  const submit = async (e) => {
    e.preventDefault();
    const missing = needs_reason ? (reason ? {} : { reason: t('reason_missing') }) : text.trim() ? {} : { text: t('text_missing') };
    setWrong(missing);
    if (Object.keys(missing).length) { form.current.querySelector(missing.reason ? 'select' : 'textarea').focus(); return; }
    try {
      await call('decision.record', withDay({ seeker: person, offer, decision: kind, lang: language(), strategy: frame.strategy,
        ...(match.intake ? { intake: match.intake } : {}), ...(needs_reason ? { reason } : {}), ...(text.trim() ? { text: text.trim() } : {}), ...(kind === 'propose' && hold ? { hold_until: hold } : {}) }));
      setError(null); setReason(''); setText(''); setHold(''); past.again(); say(t('decision_kept'));
    } catch (why) { setError(why); }
  };
  return html`<section class="card decide"><h2>${t('decide')}</h2><p class="soft">${t('decide_lead')}</p>
    <form ref=${form} onSubmit=${submit} novalidate><fieldset class="choices"><legend>${t('your_decision')}</legend>${KINDS.map((k) => html`
      <label class="choice"><input type="radio" name="kind" value=${k} checked=${kind === k} onChange=${() => { setKind(k); setReason(''); setWrong({}); }}/> ${t(`do_${k}`)}</label>`)}</fieldset>
      ${needs_reason && html`<${Choice} text=${t('reason')} value=${reason} none=${t('choose')} error=${wrong.reason} options=${REASONS[kind].map((r) => [r, label('decision_reason', r)])} on=${setReason}/>`}
      <${Field} text=${needs_reason ? t('note_optional') : t('note')} hint=${t('note_hint')} error=${wrong.text}>${(id, about) => html`<textarea id=${id} rows="3" maxlength="2000" aria-describedby=${about} aria-invalid=${wrong.text ? 'true' : undefined} value=${text} onInput=${(e) => setText(e.currentTarget.value)}></textarea>`}<//>
      ${kind === 'propose' && html`<${Input} text=${t('hold_until')} type="date" value=${hold} on=${setHold}/>`}
      <${Failure} error=${error}/><button class="main">${t('keep_decision')}</button></form>
    <h3>${t('decided_before')}</h3><${Failure} error=${past.error}/>
    ${mine.length === 0 ? html`<p class="soft">${t('nothing_decided')}</p>` : html`<ol class="history">${mine.map((d) => html`<li><strong>${label('decision', d.decision)}</strong>${d.reason && `: ${label('decision_reason', d.reason)}`}
      ${d.text && html`<br/><bdi>${d.text}</bdi>`}<br/><span class="soft">${moment(d.at_ms)} · <bdi>${d.by}</bdi></span></li>`)}</ol>`}</section>`;
}
