-- Documents about people: what was proposed to a person, what was decided, what happened
-- (noun 4 proposal, 5 decision, 6 event). They go when the person goes.
-- kind tells documents of one noun apart (what was decided, what happened), so that they can be
-- counted without being read.

ALTER TABLE record ADD COLUMN seeker BLOB;
ALTER TABLE record ADD COLUMN offer BLOB;
ALTER TABLE record ADD COLUMN kind INTEGER;

CREATE INDEX record_about_seeker ON record (seeker, noun, id) WHERE seeker IS NOT NULL;
CREATE INDEX record_about_offer ON record (offer, noun, id) WHERE offer IS NOT NULL;
