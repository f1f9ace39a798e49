-- An offer's unit is its provider, so that a provider's own offers are found without reading all.
UPDATE record
SET unit = CAST(json_extract(CAST(body AS TEXT), '$.provider.id') AS BLOB)
WHERE noun = 1;
