#ifndef CORE_API_RESULTS_H
#define CORE_API_RESULTS_H

/* What every method answers, as JSON Schema 2020-12: rpc.discover shows it, tests hold replies
 * against it. JSON stands here as it is; the macro makes text of it. It expands nothing within its
 * parentheses, so that true and false stay words; pieces are put together as texts. */

#define JSON(...) #__VA_ARGS__

/* clang-format off */

#define RESULT_WRITTEN JSON({"type":"object","additionalProperties":false, \
    "required":["id","version","change","outcome"],"properties":{ \
    "id":{"type":"string"},"version":{"type":"integer"},"change":{"type":"integer"}, \
    "outcome":{"enum":["created","replaced","unchanged","deleted"]},"erased":{"type":"boolean"}}})

#define RESULT_SEEKER JSON({"type":"object","additionalProperties":false, \
    "required":["seeker","version","change"],"properties":{ \
    "seeker":{"type":"object","required":["id","version"]}, \
    "version":{"type":"integer"},"change":{"type":"integer"}}})

#define RESULT_OFFER JSON({"type":"object","additionalProperties":false, \
    "required":["offer","version","change"],"properties":{ \
    "offer":{"type":"object","required":["id","kind","version","title"]}, \
    "version":{"type":"integer"},"change":{"type":"integer"}}})

#define RESULT_SEEKERS JSON({"type":"object","additionalProperties":false, \
    "required":["total","seekers","cursor"],"properties":{ \
    "total":{"type":"integer","minimum":0},"cursor":{"type":["string","null"]}, \
    "seekers":{"type":"array","items":{"type":"object","required":["id","version"]}}}})

#define RESULT_OFFERS JSON({"type":"object","additionalProperties":false, \
    "required":["total","offers","cursor"],"properties":{ \
    "total":{"type":"integer","minimum":0},"cursor":{"type":["string","null"]}, \
    "offers":{"type":"array","items":{"type":"object","required":["id","kind","version","title"]}}}})

#define SCHEMA_PATH_STEP JSON({"type":"object","additionalProperties":false, \
    "required":["role","offer","intake","kind","title","provider","start","end","weeks", \
    "register_by","seats_free","assumed","beside","funding","doubts","gains","asks","checks", \
    "notes","after"],"properties":{"role":{"enum":["step","goal"]},"offer":{"type":"string"}, \
    "intake":{"type":["string","null"]},"kind":{"type":"string"},"title":{"type":"string"}, \
    "provider":{"type":["string","null"]},"start":{"type":"string"}, \
    "end":{"type":["string","null"]},"weeks":{"type":"integer"}, \
    "register_by":{"type":["string","null"]},"seats_free":{"type":["integer","null"]}, \
    "assumed":{"type":"boolean"},"beside":{"type":"boolean"}, \
    "funding":{"type":"array","items":{"type":"string"}},"doubts":{"type":"integer"}, \
    "gains":{"type":"array","items":{"type":"string"}}, \
    "asks":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","who","by","text","discretionary"],"properties":{"id":{"type":"string"}, \
    "who":{"type":"string"},"by":{"type":["string","null"]},"text":{"type":"string"}, \
    "discretionary":{"type":"boolean"}}}}, \
    "checks":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["criterion","id","path","text"],"properties":{"criterion":{"type":"string"}, \
    "id":{"type":"string"},"path":{"type":["string","null"]},"text":{"type":"string"}}}}, \
    "notes":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","text"],"properties":{"id":{"type":"string"},"text":{"type":"string"}}}}, \
    "after":{"type":["string","null"]}}})

#define SCHEMA_CHAIN "{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"arrival\",\"weeks\",\"doubts\",\"fit\",\"best\",\"text\",\"next\",\"steps\"]," \
    "\"properties\":{\"arrival\":{\"type\":\"string\"},\"weeks\":{\"type\":\"integer\"}," \
    "\"doubts\":{\"type\":\"integer\"},\"fit\":{\"type\":\"integer\"}," \
    "\"best\":{\"type\":\"array\",\"items\":{\"enum\":[\"arrival\",\"doubts\",\"weeks\",\"steps\",\"fit\"]}}," \
    "\"text\":{\"type\":\"string\"},\"next\":{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"offer\",\"intake\",\"by\",\"text\"],\"properties\":{\"offer\":{\"type\":\"string\"}," \
    "\"intake\":{\"type\":[\"string\",\"null\"]},\"by\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}}," \
    "\"steps\":{\"type\":\"array\",\"items\":" SCHEMA_PATH_STEP "}}}"

#define RESULT_PATHS "{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"seeker\",\"strategy\",\"as_of\",\"snapshot\",\"goal\",\"by\",\"steps_max\",\"exact\"," \
    "\"arrival\",\"text\",\"total\",\"goals\",\"chains\",\"missing\"],\"properties\":{" \
    "\"seeker\":{\"type\":\"string\"},\"strategy\":{\"type\":\"string\"},\"as_of\":{\"type\":\"string\"}," \
    "\"snapshot\":{\"type\":\"integer\"},\"goal\":{\"type\":\"object\",\"required\":[\"offer\",\"kinds\",\"occupations\"]}," \
    "\"by\":{\"type\":[\"string\",\"null\"]},\"steps_max\":{\"type\":\"integer\"},\"exact\":{\"type\":\"boolean\"}," \
    "\"arrival\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"earliest\",\"latest\",\"bound\"]," \
    "\"properties\":{\"earliest\":{\"type\":[\"string\",\"null\"]},\"latest\":{\"type\":[\"string\",\"null\"]}," \
    "\"bound\":{\"type\":[\"string\",\"null\"]}}},\"text\":{\"type\":\"string\"},\"total\":{\"type\":\"integer\"}," \
    "\"goals\":{\"type\":\"object\",\"required\":[\"rows\",\"open\",\"closed_by_dates\",\"closed_by\"]}," \
    "\"chains\":{\"type\":\"array\",\"items\":" SCHEMA_CHAIN "}," \
    "\"missing\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"outcome\",\"opens\",\"asked_by\",\"text\"],\"properties\":{\"outcome\":{\"type\":\"string\"}," \
    "\"opens\":{\"type\":\"integer\"},\"asked_by\":{\"type\":\"integer\"},\"text\":{\"type\":\"string\"}}}}}}"

#define RESULT_STRATEGY JSON({"type":"object","additionalProperties":false, \
    "required":["strategy","origin","version","usable"],"properties":{ \
    "strategy":{"type":"object","required":["id","criteria","gates"]}, \
    "origin":{"enum":["builtin","stored"]},"version":{"type":"integer"}, \
    "usable":{"type":"boolean"},"error":{"type":"object","required":["id","detail","path"]}}})

#define RESULT_STRATEGIES JSON({"type":"object","additionalProperties":false, \
    "required":["total","strategies"],"properties":{"total":{"type":"integer"}, \
    "strategies":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","origin","version","usable"],"properties":{"id":{"type":"string"}, \
    "origin":{"enum":["builtin","stored"]},"version":{"type":"integer"}, \
    "usable":{"type":"boolean"}, \
    "error":{"type":"object","required":["id","detail","path"]}}}}}})

#define SCHEMA_PLUGIN_STATE JSON({"enum":["found","verified","loaded","ready","busy","draining", \
    "stopped","failed","quarantined"]})

#define RESULT_PLUGINS JSON({"type":"object","additionalProperties":false, \
    "required":["total","plugins"],"properties":{"total":{"type":"integer"}, \
    "plugins":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","state","trust"],"properties":{"id":{"type":"string"}, \
    "version":{"type":"string"},"kind":{"enum":["rules","optimiser","learned"]}, \
    "title":{"type":"string"},"state":) SCHEMA_PLUGIN_STATE JSON(, \
    "trust":{"enum":["builtin","trusted","caged"]},"hash":{"type":"string"}, \
    "signer":{"type":"string"}, \
    "error":{"type":"object","required":["id","detail","path"]}}}}}})

#define RESULT_PLUGIN JSON({"type":"object","additionalProperties":false, \
    "required":["id","state","trust"],"properties":{"id":{"type":"string"}, \
    "version":{"type":"string"},"kind":{"enum":["rules","optimiser","learned"]}, \
    "title":{"type":"string"},"state":) SCHEMA_PLUGIN_STATE JSON(, \
    "trust":{"enum":["builtin","trusted","caged"]},"hash":{"type":"string"}, \
    "signer":{"type":"string"}, \
    "error":{"type":"object","required":["id","detail","path"]}, \
    "help":{"type":["string","null"]},"abi":{"type":"object","required":["major","minor"]}, \
    "scores":{"type":"boolean"},"columns":{"type":"object","required":["seeker","offer"]}, \
    "params":{"type":"array"},"gates":{"type":"array"},"fields":{"type":"array"}, \
    "ext":{"type":"array"},"sentences":{"type":"array"},"steps":{"type":"array"}, \
    "granted":{"type":"array","items":{"type":"string"}}, \
    "withheld":{"type":"array","items":{"type":"string"}}, \
    "cage":{"type":"object","additionalProperties":false, \
    "required":["processes","walls","starts","faults","window_len","log"],"properties":{ \
    "processes":{"type":"integer"},"walls":{"type":"array","items":{"type":"string"}}, \
    "starts":{"type":"integer"},"faults":{"type":"integer"},"window_len":{"type":"integer"}, \
    "log":{"type":"array","items":{"type":"string"}}}}}})

#define RESULT_PLUGIN_CHANGED JSON({"type":"object","additionalProperties":false, \
    "required":["id","state","trust","change"],"properties":{"id":{"type":"string"}, \
    "version":{"type":"string"},"kind":{"enum":["rules","optimiser","learned"]}, \
    "title":{"type":"string"},"state":) SCHEMA_PLUGIN_STATE JSON(, \
    "trust":{"enum":["builtin","trusted","caged"]},"hash":{"type":"string"}, \
    "signer":{"type":"string"}, \
    "error":{"type":"object","required":["id","detail","path"]},"change":{"type":"integer"}}})

#define RESULT_RELOADED JSON({"type":"object","additionalProperties":false, \
    "required":["total","ready","stopped","failed","quarantined","change"],"properties":{ \
    "total":{"type":"integer"},"ready":{"type":"integer"},"stopped":{"type":"integer"}, \
    "failed":{"type":"integer"},"quarantined":{"type":"integer"},"change":{"type":"integer"}}})

#define RESULT_IMPORT_STARTED JSON({"type":"object","additionalProperties":false, \
    "required":["import"],"properties":{"import":{"type":"string"}}})

#define RESULT_IMPORT_FED JSON({"type":"object","additionalProperties":false, \
    "required":["import","received"],"properties":{"import":{"type":"string"}, \
    "received":{"type":"integer","minimum":0}}})

#define RESULT_IMPORT_REPORT JSON({"type":"object","required":["format","source","read","kept", \
    "created","changed","unchanged","refused","duplicates","refusals","refusals_total"], \
    "properties":{"read":{"type":"integer"},"kept":{"type":"integer"}, \
    "created":{"type":"integer"},"changed":{"type":"integer"},"unchanged":{"type":"integer"}, \
    "refused":{"type":"integer"},"duplicates":{"type":"integer"}, \
    "refusals":{"type":"array"},"refusals_total":{"type":"integer"}}})

#define SCHEMA_TOTAL JSON({"type":"object","additionalProperties":false, \
    "required":["rows","proposed","check","excluded"],"properties":{ \
    "rows":{"type":"integer"},"proposed":{"type":"integer"},"check":{"type":"integer"}, \
    "excluded":{"type":"integer"}}})

#define SCHEMA_MATCH JSON({"type":"object","additionalProperties":false, \
    "required":["intake","score","low","high","verdict","reasons","checks","steps", \
    "other_intakes","proposed_to","plugins"], \
    "oneOf":[{"required":["offer"]},{"required":["seeker"]}],"properties":{ \
    "offer":{"type":"string"},"seeker":{"type":"string"},"intake":{"type":["string","null"]}, \
    "score":{"type":"integer","minimum":0,"maximum":1000000}, \
    "low":{"type":"integer"},"high":{"type":"integer"}, \
    "verdict":{"enum":["yes","check","no"]}, \
    "reasons":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["criterion","points","max","verdict","id","text"],"properties":{ \
    "criterion":{"type":"string"},"points":{"type":"integer"},"max":{"type":"integer"}, \
    "verdict":{"enum":["yes","check"]},"id":{"type":"string"},"text":{"type":"string"}}}}, \
    "checks":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["criterion","id","path","text"],"properties":{"criterion":{"type":"string"}, \
    "id":{"type":"string"},"path":{"type":["string","null"]},"text":{"type":"string"}}}}, \
    "steps":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","who","by","text"],"properties":{"id":{"type":"string"}, \
    "who":{"type":"string"},"by":{"type":["string","null"]},"text":{"type":"string"}}}}, \
    "other_intakes":{"type":"object","additionalProperties":false,"required":["total","first"], \
    "properties":{"total":{"type":"integer"}, \
    "first":{"type":"array","maxItems":5,"items":{"type":"string"}}}}, \
    "proposed_to":{"type":"integer","minimum":0},"held":{"type":"integer","minimum":1}, \
    "plugins":{"type":"array","items":{"type":"string"}}}})

#define SCHEMA_FRAME JSON( \
    "anchor":{"type":"string"},"strategy":{"type":"string"}, \
    "weights":{"type":"object","additionalProperties":{"type":"integer"}}, \
    "as_of":{"type":"string","format":"date"},"snapshot":{"type":"integer"})

#define SCHEMA_DEGRADED JSON({"type":"array","minItems":1,"items":{"type":"object", \
    "additionalProperties":false,"required":["plugin","error"],"properties":{ \
    "plugin":{"type":"string"},"error":{"type":"string"}}}})

#define RESULT_MATCHES JSON({"type":"object","additionalProperties":false, \
    "required":["anchor","strategy","weights","as_of","snapshot","kinds","matches"], \
    "properties":{) SCHEMA_FRAME JSON(,"degraded":) SCHEMA_DEGRADED JSON(,"kinds":{"type":"array","items":{"type":"string"}}, \
    "total":) SCHEMA_TOTAL JSON(, \
    "excluded_by":{"type":"object","additionalProperties":{"type":"integer"}}, \
    "proposal":{"type":"string"},"change":{"type":"integer"}, \
    "matches":{"type":"array","items":) SCHEMA_MATCH JSON(}}})

#define RESULT_EXPLAINED JSON({"type":"object","additionalProperties":false, \
    "required":["anchor","strategy","weights","as_of","snapshot","matches","gates"], \
    "properties":{) SCHEMA_FRAME JSON(,"degraded":) SCHEMA_DEGRADED JSON(, \
    "matches":{"type":"array","minItems":1,"maxItems":1,"items":) SCHEMA_MATCH JSON(}, \
    "gates":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["criterion","id","verdict","have","need","text","opens"],"properties":{ \
    "criterion":{"type":"string"},"id":{"type":"string"}, \
    "verdict":{"enum":["yes","check","no"]},"have":{"type":["string","null"]}, \
    "need":{"type":["string","null"]},"text":{"type":"string"}, \
    "opens":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["path","from","to","text","score_after"],"properties":{ \
    "path":{"type":"string"},"from":{},"to":{},"text":{"type":"string"}, \
    "score_after":{"type":["integer","null"]}}}}}}}}})

#define SCHEMA_DECISION JSON({"type":"object","additionalProperties":false, \
    "required":["id","seeker","decision","by","at_ms"],"properties":{ \
    "id":{"type":"string"},"seeker":{"type":"string"},"offer":{"type":"string"}, \
    "intake":{"type":"string"},"decision":{"enum":["propose","decline","note","data_wrong"]}, \
    "reason":{"type":"string"},"text":{"type":"string"},"proposal":{"type":"string"}, \
    "by":{"type":"string"},"at_ms":{"type":"integer"},"strategy":{"type":"string"}, \
    "verdict":{"enum":["yes","check","no"]},"kind":{"type":"string"}}})

#define RESULT_SEEKER_EXPORT JSON({"type":"object","additionalProperties":false, \
    "required":["seeker","version","change","proposals","decisions","events"],"properties":{ \
    "seeker":{"type":"object","required":["id","version"]}, \
    "version":{"type":"integer"},"change":{"type":"integer"}, \
    "proposals":{"type":"array"},"decisions":{"type":"array"},"events":{"type":"array"}}})

#define RESULT_DECISION JSON({"type":"object","additionalProperties":false, \
    "required":["decision","change"],"properties":{"change":{"type":"integer"}, \
    "decision":) SCHEMA_DECISION JSON(}})

#define RESULT_DECISIONS JSON({"type":"object","additionalProperties":false, \
    "required":["decisions","cursor"],"properties":{"cursor":{"type":["string","null"]}, \
    "decisions":{"type":"array","items":) SCHEMA_DECISION JSON(}}})

#define SCHEMA_DECISION_GROUP JSON( \
    "strategy":{"type":"string"},"kind":{"type":"string"},"proposed":{"type":"integer"}, \
    "declined":{"type":"integer"},"followed":{"type":"integer"},"deviated":{"type":"integer"})

#define RESULT_DECISION_REPORT JSON({"type":"object","additionalProperties":false, \
    "required":["people_min","decisions_min","all","never_deviated","groups","groups_hidden"], \
    "properties":{"people_min":{"type":"integer"},"decisions_min":{"type":"integer"}, \
    "never_deviated":{"type":"boolean"},"groups_hidden":{"type":"integer"}, \
    "all":{"type":["object","null"],"additionalProperties":false,"properties":{) \
    SCHEMA_DECISION_GROUP JSON(}}, \
    "groups":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{) \
    SCHEMA_DECISION_GROUP JSON(}}}}})

#define SCHEMA_EVENT JSON({"type":"object","additionalProperties":false, \
    "required":["id","seeker","event","day","by","at_ms"],"properties":{ \
    "id":{"type":"string"},"seeker":{"type":"string"},"offer":{"type":"string"}, \
    "intake":{"type":"string"},"event":{"type":"string"},"day":{"type":"string","format":"date"}, \
    "hold_until":{"type":"string","format":"date"},"decision":{"type":"string"}, \
    "by":{"type":"string"},"at_ms":{"type":"integer"}}})

#define RESULT_EVENT JSON({"type":"object","additionalProperties":false, \
    "required":["event","change"],"properties":{"change":{"type":"integer"}, \
    "next":{"type":"object","additionalProperties":false, \
    "required":["anchor","strategy","weights","as_of","snapshot","matches"],"properties":{) \
    SCHEMA_FRAME JSON(,"matches":{"type":"array","items":) SCHEMA_MATCH JSON(}}}, \
    "event":) SCHEMA_EVENT JSON(}})

#define RESULT_EVENTS JSON({"type":"object","additionalProperties":false, \
    "required":["events","cursor"],"properties":{"cursor":{"type":["string","null"]}, \
    "events":{"type":"array","items":) SCHEMA_EVENT JSON(}}})

#define SCHEMA_PROPOSAL JSON({"type":"object","additionalProperties":false, \
    "required":["id","seeker","by","at_ms","question","inputs","matches"],"properties":{ \
    "id":{"type":"string"},"seeker":{"type":"string"},"by":{"type":"string"}, \
    "at_ms":{"type":"integer"},"question":{"type":"object","required":["seeker","strategy", \
    "weights","as_of","lang"]},"inputs":{"type":"object","required":["program","seeker", \
    "strategy","plugins","offers"]},"matches":{"type":"array","items":{"type":"object"}}}})

#define RESULT_PROPOSAL JSON({"type":"object","additionalProperties":false, \
    "required":["proposal"],"properties":{"proposal":) SCHEMA_PROPOSAL JSON(}})

#define RESULT_PROPOSALS JSON({"type":"object","additionalProperties":false, \
    "required":["proposals","cursor"],"properties":{"cursor":{"type":["string","null"]}, \
    "proposals":{"type":"array","items":) SCHEMA_PROPOSAL JSON(}}})

#define RESULT_BACKUP JSON({"type":"object","additionalProperties":false, \
    "required":["path","keys_path","records","people","concepts","change"],"properties":{ \
    "path":{"type":"string"},"keys_path":{"type":"string"},"records":{"type":"integer"}, \
    "people":{"type":"integer"},"concepts":{"type":"integer"},"change":{"type":"integer"}}})

#define RESULT_AUDIT JSON({"type":"object","additionalProperties":false, \
    "required":["entries","after"],"properties":{"after":{"type":["integer","null"]}, \
    "entries":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["n","after","at_ms","by","action","outcome","mac"],"properties":{ \
    "n":{"type":"integer"},"after":{"type":"string"},"at_ms":{"type":"integer"}, \
    "by":{"type":"string"},"action":{"type":"string"},"offer":{"type":"string"}, \
    "seekers":{"type":"array","items":{"type":"string"}},"outcome":{"type":"string"}, \
    "mac":{"type":"string"}}}}}})

#define SCHEMA_AUDIT_FINDING JSON({"type":"object","additionalProperties":false, \
    "required":["sound","lines","days","where","last_mac"],"properties":{ \
    "sound":{"type":"boolean"},"lines":{"type":"integer"},"days":{"type":"integer"}, \
    "where":{"type":["string","null"]},"last_mac":{"type":["string","null"]}}})

#define RESULT_AUDIT_VERIFIED JSON({"type":"object","additionalProperties":false, \
    "required":["system","access"],"properties":{"system":) SCHEMA_AUDIT_FINDING \
    JSON(,"access":) SCHEMA_AUDIT_FINDING JSON(}})

#define RESULT_REPLAY JSON({"type":"object","additionalProperties":false, \
    "required":["proposal","same","changed","was","now"],"properties":{ \
    "proposal":{"type":"string"},"same":{"type":"boolean"}, \
    "changed":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["input","was","now"],"properties":{"input":{"type":"string"}, \
    "was":{"type":["string","null"]},"now":{"type":["string","null"]}}}}, \
    "was":{"type":"object","required":["matches"]},"now":{"type":"object","required":["matches"]}}})
#define BATCH_STATES JSON({"enum":["waiting","running","interrupted","done","failed","cancelled"]})

#define RESULT_BATCH_STARTED JSON({"type":"object","additionalProperties":false, \
    "required":["id","resumed"],"properties":{"id":{"type":"string"},"resumed":{"type":"boolean"}}})

#define RESULT_BATCH_CANCELLED \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"state\"]," \
    "\"properties\":{\"id\":{\"type\":\"string\"},\"state\":" BATCH_STATES "}}"

#define BATCH_SPEC JSON({"type":"object","additionalProperties":false, \
    "required":["strategy","as_of","top","kinds","explain","format","shard","allocator", \
    "offer_strategy","cap","report","inputs"],"properties":{"report":{"type":"boolean"}, \
    "allocator":{"type":"string"},"offer_strategy":{"type":"string"}, \
    "cap":{"type":"integer"},"inputs":{"type":"string"}, \
    "strategy":{"type":"string"},"as_of":{"type":"string","format":"date"}, \
    "top":{"type":"integer"},"kinds":{"type":"array","items":{"type":"string"}}, \
    "explain":{"enum":["none","top","all"]},"format":{"enum":["ndjson","csv"]}, \
    "shard":{"type":"string"}}})

#define RESULT_BATCHES \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"batches\"]," \
    "\"properties\":{\"batches\":{\"type\":\"array\",\"items\":{\"type\":\"object\"," \
    "\"additionalProperties\":false,\"required\":[\"id\",\"state\",\"spec\",\"basis\",\"snapshot\"," \
    "\"seekers\",\"done\",\"matches\",\"without_match\",\"bytes\",\"started\",\"ended\",\"seconds\"," \
    "\"seconds_left\"],\"properties\":{\"id\":{\"type\":\"string\"},\"state\":" BATCH_STATES "," \
    "\"spec\":" BATCH_SPEC "," JSON("basis":{"type":"string"},"snapshot":{"type":"integer"}, \
    "seekers":{"type":"integer"},"done":{"type":"integer"},"matches":{"type":"integer"}, \
    "without_match":{"type":"integer"},"bytes":{"type":"integer"}, \
    "started":{"type":["string","null"]},"ended":{"type":["string","null"]}, \
    "seconds":{"type":"number"},"seconds_left":{"type":["number","null"]}, \
    "phase":{"type":"string"},"allocation":{"type":["object","null"],"required":["allocator", \
    "assigned","without_match","without_seat","objective","upper_bound","gap","bound_over","proven", \
    "blocking_pairs","seats","seats_used","rounds","kept","moved","lost","new","gone"]}, \
    "error":{"type":"object","required":["id","message"]}}}}}})

#define RESULT_BATCH_LINES JSON({"type":"object","additionalProperties":false, \
    "required":["id","offset","next","total","whole","text"],"properties":{"id":{"type":"string"}, \
    "offset":{"type":"integer"},"next":{"type":"integer"},"total":{"type":"integer"}, \
    "whole":{"type":"boolean"},"text":{"type":"string"}}})

#define RESULT_LETTER JSON({"type":"object","additionalProperties":false, \
    "required":["seeker","offer","intake","as_of","snapshot","lang","dir","format","text"],"properties":{ \
    "seeker":{"type":"string"},"offer":{"type":"string"},"intake":{"type":["string","null"]}, \
    "as_of":{"type":"string","format":"date"},"snapshot":{"type":"integer"}, \
    "lang":{"enum":["en","de","de-x-simple","ar","uk","tr","bg","ro"]},"dir":{"enum":["ltr","rtl"]}, \
    "format":{"enum":["text","html","aloud"]},"text":{"type":"string","minLength":1}}})

#define RESULT_INFO JSON({"type":"object","additionalProperties":false, \
    "required":["name","version","abi","snapshot","workers","plugins","taxonomy","limits"],"properties":{ \
    "name":{"const":"lotse"},"version":{"type":"string"}, \
    "abi":{"type":"object","required":["major","minor"]},"snapshot":{"type":"integer"}, \
    "workers":{"type":"integer"},"plugins":{"type":"array","items":{"type":"string"}}, \
    "taxonomy":{"type":["object","null"],"additionalProperties":{"type":["integer","string"]}}, \
    "limits":{"type":"object","additionalProperties":{"type":"integer"}}}})

#define RESULT_HEALTH JSON({"type":"object","additionalProperties":false, \
    "required":["checks","ok"],"properties":{"ok":{"type":"boolean"}, \
    "checks":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","ok","text"],"properties":{"id":{"type":"string"}, \
    "ok":{"type":"boolean"},"text":{"type":"string"}}}}}})

#define RESULT_STATS JSON({"type":"object","additionalProperties":false, \
    "required":["uptime_s","snapshot","base","seekers","offers","segments","workers","tasks", \
    "writes","stopping"],"properties":{"uptime_s":{"type":"integer"}, \
    "snapshot":{"type":"integer"},"base":{"type":"integer"},"seekers":{"type":"integer"}, \
    "offers":{"type":"integer"},"segments":{"type":"object"},"workers":{"type":"object"}, \
    "tasks":{"type":"object"},"writes":{"type":"object"},"stopping":{"type":"boolean"}}})

#define RESULT_SESSION JSON({"type":"object","additionalProperties":false, \
    "required":["signed_in","user","role","units","provider","methods"],"properties":{ \
    "signed_in":{"type":"boolean"},"user":{"type":["string","null"]}, \
    "role":{"type":["string","null"]},"units":{"type":["array","null"],"items":{"type":"string"}}, \
    "provider":{"type":["string","null"]},"methods":{"type":"array","items":{"type":"string"}}}})

#define SCHEMA_USER JSON({"type":"object","additionalProperties":false, \
    "required":["id","role","units","provider","disabled","tokens"],"properties":{ \
    "id":{"type":"string"},"role":{"type":"string"}, \
    "units":{"type":["array","null"],"items":{"type":"string"}}, \
    "provider":{"type":["string","null"]},"disabled":{"type":"boolean"}, \
    "tokens":{"type":"array","items":{"type":"object","additionalProperties":false, \
    "required":["id","made","ends"],"properties":{"id":{"type":"string"}, \
    "made":{"type":"string"},"ends":{"type":["string","null"]}}}}}})

#define RESULT_USER SCHEMA_USER

#define RESULT_USER_TOKEN "{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"user\",\"token\"],\"properties\":{\"token\":{\"type\":\"string\"}," \
    "\"user\":" SCHEMA_USER "}}"

#define RESULT_USERS "{\"type\":\"object\",\"additionalProperties\":false," \
    "\"required\":[\"total\",\"users\"],\"properties\":{\"total\":{\"type\":\"integer\"}," \
    "\"users\":{\"type\":\"array\",\"items\":" SCHEMA_USER "}}}"

#define RESULT_FIELDS JSON({"type":"object","additionalProperties":false, \
    "required":["fields"],"properties":{"fields":{"type":"array","items":{"type":"object", \
    "additionalProperties":false,"required":["side","path","type","role","sensitive", \
    "per_intake","codes","unit","text"],"properties":{"side":{"enum":["seeker","offer"]}, \
    "path":{"type":"string"},"type":{"type":"string"},"role":{"enum":["key","fact","wish"]}, \
    "sensitive":{"type":"boolean"},"per_intake":{"type":"boolean"}, \
    "codes":{"type":["string","null"]},"unit":{"type":["string","null"]}, \
    "text":{"type":"string"}}}}}})

/* clang-format on */

#endif
