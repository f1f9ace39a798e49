#include <pwd.h>
#include <unistd.h>

#include "app/rules.h"
#include "unit/rpc_toy.h"

static bool read_rules(const char *text, access_rules *ret, err *e)
{
    configuration *c = NULL;
    ck_assert(config_new(&c, e));
    ck_assert_msg(config_read_text(c, bytes_of(text), "x", e), "%s", e->text);
    bool is_read = rules_read(c, ret, e);
    config_free(&c);
    return is_read;
}

START_TEST(without_settings_the_own_user_is_admin)
{
    access_rules rules;
    err e;
    ck_assert(read_rules("", &rules, &e));
    ck_assert_uint_eq(rules.own_uid, geteuid());
    ck_assert_uint_eq(rules.local_role, ROLE_ADMIN);
    ck_assert(rules.is_tcp_open);
    ck_assert_uint_eq(rules.unix_rule_count, 0);
    ck_assert_str_eq(rules.user_header, "");
}
END_TEST

START_TEST(people_and_words_are_looked_up)
{
    access_rules rules;
    err e;
    ck_assert_msg(
        read_rules("[access]\nlocal = none\nloopback = no\ncaseworker = @root, self\n"
                   "auditor = root\n[proxy]\nuser_header = X-U\nroles = a=admin,b=planner\n",
                   &rules, &e),
        "%s", e.text);
    ck_assert_uint_eq(rules.local_role, 0);
    ck_assert(!rules.is_tcp_open);
    ck_assert_uint_eq(rules.unix_rule_count, 3);
    ck_assert(rules.unix_rules[0].is_group);
    ck_assert_uint_eq(rules.unix_rules[0].number, 0);
    ck_assert_uint_eq(rules.unix_rules[0].role, ROLE_CASEWORKER);
    ck_assert_uint_eq(rules.unix_rules[1].number, geteuid());
    ck_assert(!rules.unix_rules[2].is_group);
    ck_assert_uint_eq(rules.unix_rules[2].role, ROLE_AUDITOR);
    ck_assert_uint_eq(rules.word_count, 2);
    ck_assert_str_eq(rules.words[1].word, "b");
    ck_assert_uint_eq(rules.words[1].role, ROLE_PLANNER);
}
END_TEST

START_TEST(who_does_not_exist_is_named)
{
    access_rules rules;
    err e = {0};
    ck_assert(!read_rules("[access]\nadmin = no-such-user-here\n", &rules, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "no user \"no-such-user-here\""));
    ck_assert(!read_rules("[access]\nadmin = @no-such-group-here\n", &rules, &e));
    ck_assert_ptr_nonnull(strstr(e.text, "no group \"no-such-group-here\""));
}
END_TEST

TOY_MAIN("app/rules", without_settings_the_own_user_is_admin, people_and_words_are_looked_up,
         who_does_not_exist_is_named)
