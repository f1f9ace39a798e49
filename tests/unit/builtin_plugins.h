#ifndef TESTS_UNIT_BUILTIN_PLUGINS_H
#define TESTS_UNIT_BUILTIN_PLUGINS_H

#include <check.h>
#include <stdio.h>

#include "match/match.h"
#include "plugin/registry.h"
#include "taxonomy/knowledge.h"
#include "unit/invented_taxonomy.h"
#include "json/json.h"

/* A test of another strategy says which before it includes this. */
#ifndef STRATEGY_ID
#define STRATEGY_ID "default"
#endif

/* The program that the built-in plugins make, with the strategy STRATEGY_ID. The dictionary starts
 * with the skills esco:k0 to esco:k7. */
static registry *plugins;
static dictionary *concepts;
static strategy default_strategy;
static arena memory;
static knowledge *known; /* NULL: no taxonomy */

#ifdef KNOWS
/* Over the skills and occupations of random_records.h. */
static const invented KNOWN_TAXONOMY = {
    .skill_prefix = "esco:k",
    .skill_count = 8,
    .units = {"isco:5321", "isco:5322", "isco:5321", "isco:9412", "isco:2411"},
    .classes = {"kldb:81302", "kldb:81313", "kldb:51312"}};
#endif

static inline void start(void)
{
    static const char *const dirs[] = {BUILD_DIR "/bin/plugins"};
    err e = {0};
    ck_assert(dictionary_new(&concepts, &e));
    for (uint32_t i = 0; i < 8; i++) {
        char id[16];
        concept number;
        bool is_new;
        snprintf(id, sizeof(id), "esco:k%u", i);
        ck_assert(dictionary_add(concepts, bytes_of(id), &number, &is_new, &e));
    }
#ifdef KNOWS
    known = invented_knowledge(&KNOWN_TAXONOMY, concepts);
#endif
    registry_config config = {
        .builtin_dirs = dirs, .builtin_dir_count = 1, .dictionary = concepts, .knowledge = known};
    ck_assert_msg(registry_new(&config, &plugins, &e), "%s", e.text);
    for (uint32_t i = 0; i < registry_count(plugins); i++) {
        const plugin_info *info = registry_plugin(plugins, i);
        ck_assert_msg(info->state == PLUGIN_READY, "%s", info->why.text);
    }
    bytes id = {0};
    bytes text = {0};
    for (uint32_t i = 0; i < registry_builtin_strategy_count(plugins); i++) {
        bytes found = registry_builtin_strategy(plugins, i, &id);
        text = bytes_equal_text(id, STRATEGY_ID) ? found : text;
    }
    json_doc *doc = NULL;
    ck_assert(json_parse(text, 32, &doc, &e));
    ck_assert_msg(registry_strategy(plugins, json_root(doc), &memory, &default_strategy, &e), "%s",
                  e.text);
    json_doc_free(&doc);
}

static inline void finish(void)
{
    registry_free(&plugins);
    knowledge_free(&known);
    dictionary_free(&concepts);
    arena_fini(&memory);
}

static match_worker *worker;
static snapshot *shown __attribute__((unused));

/* What was announced without a fact must hold with it. */
static inline bool may_follow(verdict with, verdict without)
{
    return without == VERDICT_CHECK || without == with;
}

#endif
