// Records of offers, kept while the page is open. People are never kept.
import { callAll, call } from './rpc.mjs';

const offers = new Map();
let titles = null;

/** Those of `ids` as a map; what the server does not give is left out. */
export async function loadOffers(ids) {
  const wanted = [...new Set(ids)].filter((id) => !offers.has(id));
  const answers = await callAll(wanted.map((id) => ['offer.get', { id }]));
  answers.forEach((a) => a?.offer && offers.set(a.offer.id, a.offer));
  return new Map(ids.filter((id) => offers.has(id)).map((id) => [id, offers.get(id)]));
}
export const knownOffer = (id) => offers.get(id);

/** All offers in short, read page by page; `on_page` hears how many there are so far. */
export async function listOffers(on_page = () => {}) {
  if (titles) return titles;
  const found = [];
  let cursor = null;
  do {
    const page = await call('offer.list', { limit: 500, ...(cursor ? { cursor } : {}) });
    for (const o of page.offers) {
      found.push({ id: o.id, kind: o.kind, title: o.title, status: o.status, intakes: (o.intakes ?? []).map(({ id, start, seats_free }) => ({ id, start, seats_free })) });
    }
    cursor = page.cursor;
    on_page(found.length, page.total);
  } while (cursor);
  titles = found;
  return found;
}

const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Offers with a fragment in a title of any language or in the id. */
export function findByTitle(list, fragment) {
  const wanted = fold(fragment.trim());
  return list.filter((o) => fold(o.id).includes(wanted) || Object.values(o.title).some((text) => fold(text).includes(wanted)));
}

export const intakeOf = (offer, id) => offer?.intakes?.find((i) => i.id === id) ?? offer?.intakes?.[0];
export const seatsOf = (offer) => (offer.intakes ?? []).reduce((sum, i) => sum + (i.seats_free ?? 0), 0);
