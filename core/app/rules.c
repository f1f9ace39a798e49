/* From settings to rules of access. */
#include "app/rules.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { ENTRY_LEN_MAX = 16 * 1024 };

/* ---------------------------------------------------------------------------------- users, groups
 */

static bool find_user(const char *name, uint32_t *ret_uid)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char room[ENTRY_LEN_MAX];
    if (getpwnam_r(name, &entry, room, sizeof room, &found) != 0 || found == NULL) {
        return false;
    }
    *ret_uid = (uint32_t)found->pw_uid;
    return true;
}

static bool find_group(const char *name, uint32_t *ret_gid)
{
    struct group entry;
    struct group *found = NULL;
    char room[ENTRY_LEN_MAX];
    if (getgrnam_r(name, &entry, room, sizeof room, &found) != 0 || found == NULL) {
        return false;
    }
    *ret_gid = (uint32_t)found->gr_gid;
    return true;
}

static bool add_person(access_rules *rules, const char *name, uint32_t role, err *e)
{
    access_rule rule = {.role = role, .is_group = name[0] == '@'};
    bool is_found = rule.is_group               ? find_group(name + 1, &rule.number)
                    : strcmp(name, "self") == 0 ? true
                                                : find_user(name, &rule.number);
    if (strcmp(name, "self") == 0) {
        rule.number = rules->own_uid;
    }
    if (!is_found) {
        return fail(e, ERR_CONFIG, "access: there is no %s \"%s\" on this system",
                    rule.is_group ? "group" : "user", name + (rule.is_group ? 1 : 0));
    }
    if (rules->unix_rule_count == ACCESS_RULE_MAX) {
        return fail(e, ERR_CONFIG, "access: more than %d users and groups", ACCESS_RULE_MAX);
    }
    rules->unix_rules[rules->unix_rule_count++] = rule;
    return true;
}

/* The next word, without what divides it. False: there is none, or it is too long. */
static bool next_word(const char **at, char ret[ACCESS_NAME_LEN_MAX + 1], bool *ret_is_long)
{
    *at += strspn(*at, ", ");
    size_t len = strcspn(*at, ", ");
    *ret_is_long = len > ACCESS_NAME_LEN_MAX;
    if (len == 0 || *ret_is_long) {
        return false;
    }
    memcpy(ret, *at, len);
    ret[len] = '\0';
    *at += len;
    return true;
}

static bool refuse_long(const char *what, err *e)
{
    return fail(e, ERR_CONFIG, "%s: a name is longer than %d bytes", what, ACCESS_NAME_LEN_MAX);
}

static bool add_people(const configuration *c, config_key key, uint32_t role, access_rules *rules,
                       err *e)
{
    char name[ACCESS_NAME_LEN_MAX + 1];
    bool is_long = false;
    const char *at = config_text(c, key);
    if (at == NULL) {
        return true;
    }
    while (next_word(&at, name, &is_long)) {
        if (!add_person(rules, name, role, e)) {
            return false;
        }
    }
    return !is_long || refuse_long("access", e);
}

/* ---------------------------------------------------------------------------------- a proxy */

static bool add_words(const configuration *c, access_rules *rules, err *e)
{
    char word[ACCESS_NAME_LEN_MAX + 1];
    bool is_long = false;
    const char *at = config_text(c, CONFIG_PROXY_ROLES);
    while (at != NULL && next_word(&at, word, &is_long)) {
        char *equals = strchr(word, '=');
        check(equals != NULL); /* config looked at the shape */
        if (rules->word_count == ACCESS_RULE_MAX) {
            return fail(e, ERR_CONFIG, "proxy.roles: more than %d words", ACCESS_RULE_MAX);
        }
        access_word *added = &rules->words[rules->word_count++];
        bool is_role = role_from_id(bytes_of(equals + 1), &added->role);
        check(is_role);
        *equals = '\0';
        memcpy(added->word, word, strlen(word) + 1);
    }
    return !is_long || refuse_long("proxy.roles", e);
}

static void copy_name(const configuration *c, config_key key, char ret[ACCESS_NAME_LEN_MAX + 1])
{
    const char *text = config_text(c, key);
    if (text != NULL) {
        size_t len = strlen(text);
        check(len <= ACCESS_NAME_LEN_MAX); /* the table bounds it */
        memcpy(ret, text, len + 1);
    }
}

bool rules_read(const configuration *c, access_rules *ret, err *e)
{
    static const struct {
        config_key key;
        uint32_t role;
    } PEOPLE[] = {
        {CONFIG_ACCESS_ADMIN, ROLE_ADMIN},
        {CONFIG_ACCESS_TEAM_LEAD, ROLE_TEAM_LEAD},
        {CONFIG_ACCESS_CASEWORKER, ROLE_CASEWORKER},
        {CONFIG_ACCESS_PLUGIN_OPERATOR, ROLE_PLUGIN_OPERATOR},
        {CONFIG_ACCESS_AUDITOR, ROLE_AUDITOR},
        {CONFIG_ACCESS_PLANNER, ROLE_PLANNER},
    };
    access_rules rules = {.own_uid = (uint32_t)geteuid(),
                          .is_tcp_open = config_bool(c, CONFIG_ACCESS_LOOPBACK)};
    const char *local = config_text(c, CONFIG_ACCESS_LOCAL);
    if (local != NULL && strcmp(local, "none") != 0) {
        bool is_role = role_from_id(bytes_of(local), &rules.local_role);
        check(is_role);
    }
    for (size_t i = 0; i < sizeof PEOPLE / sizeof PEOPLE[0]; i++) {
        if (!add_people(c, PEOPLE[i].key, PEOPLE[i].role, &rules, e)) {
            return false;
        }
    }
    copy_name(c, CONFIG_PROXY_USER_HEADER, rules.user_header);
    copy_name(c, CONFIG_PROXY_ROLE_HEADER, rules.role_header);
    copy_name(c, CONFIG_PROXY_UNIT_HEADER, rules.unit_header);
    copy_name(c, CONFIG_PROXY_CERTIFICATE, rules.proxy_certificate);
    if (!add_words(c, &rules, e)) {
        return false;
    }
    *ret = rules;
    return true;
}
