#ifndef CORE_MODEL_RECORD_SEEKER_H
#define CORE_MODEL_RECORD_SEEKER_H

#include "model/record.h"
#include "model/record_value.h"

/* A person who is looking, as decoded. What each member means, its range, role and sensitivity
 * stand in record_seeker.def; comments name the code list. Every struct's is_set says that the
 * object stands in the record. */

typedef struct seeker_region_bound {
    bool is_set;
    value_code region; /* region */
    value_day until;
} seeker_region_bound;

typedef struct seeker_mobility {
    bool is_set;
    value_int max_km;
    value_int max_minutes;
    value_codes modes; /* mode */
    seeker_region_bound region_bound;
} seeker_mobility;

typedef struct seeker_language {
    bool is_set;
    value_code code;  /* language */
    value_code level; /* level */
    language_skills skills;
    value_code evidence; /* language_evidence */
    value_day date;
} seeker_language;

typedef struct seeker_literacy {
    bool is_set;
    value_code latin; /* literacy, both */
    value_code other_script;
} seeker_literacy;

typedef struct seeker_education {
    bool is_set;
    value_code school; /* school */
    value_int eqf;
} seeker_education;

typedef struct seeker_qualification {
    bool is_set;
    value_text occupation;
    value_int eqf;
    value_code recognition; /* recognition */
} seeker_qualification;

typedef struct seeker_part {
    bool is_set;
    value_text of;
    value_int number;
} seeker_part;

typedef struct seeker_experience {
    bool is_set;
    value_text occupation;
    value_int months;
    value_day last_used; /* a month */
} seeker_experience;

typedef struct seeker_wishes {
    bool is_set;
    value_concepts occupations;
    value_codes kinds; /* kind, both */
    value_codes not_kinds;
    value_concepts not_occupations;
    value_codes settings; /* setting */
} seeker_wishes;

typedef struct seeker_goal {
    bool is_set;
    value_text occupation;
    value_day by;
} seeker_goal;

typedef struct seeker_availability {
    bool is_set;
    value_day from;
    value_int hours_min;
    value_int hours_max;
    /* clang-format off */
    value_codes not; /* excluded_time; the formatter takes the name for an operator */
    /* clang-format on */
    value_windows windows;
} seeker_availability;

typedef struct seeker_spell {
    bool is_set;
    value_code status; /* spell_status */
    value_day from;
    value_day to; /* null: it goes on; absent: not known */
} seeker_spell;

typedef struct seeker_entitlement {
    bool is_set;
    value_code code; /* entitlement */
    value_day issued;
    value_day valid_to;
    value_flag obliged;
} seeker_entitlement;

typedef struct seeker_work_permission {
    bool is_set;
    value_code status; /* work_permission */
    value_day until;
} seeker_work_permission;

typedef struct seeker_facts {
    bool is_set;
    value_flag age_25_or_over;
    value_flag minor_child_in_household;
    value_flag severe_disability_or_equal;
} seeker_facts;

typedef struct seeker_source {
    bool is_set;
    value_text system;
    value_day last_seen;
} seeker_source;

struct seeker {
    bool is_set;
    value_text id;
    value_text unit;
    value_int version;
    location location;
    seeker_mobility mobility;
    LIST_OF(seeker_language) languages;
    seeker_literacy literacy;
    seeker_education education;
    LIST_OF(seeker_qualification) qualifications;
    LIST_OF(seeker_part) parts_done;
    value_concepts skills;
    value_codes driving_licences; /* driving_licence */
    value_codes licences;         /* licence */
    LIST_OF(seeker_experience) experience;
    seeker_wishes wishes;
    seeker_goal goal;
    seeker_availability availability;
    LIST_OF(seeker_spell) spells;
    LIST_OF(seeker_entitlement) entitlements;
    value_codes conditions_excluded; /* condition */
    value_codes needs;               /* support */
    seeker_work_permission work_permission;
    value_codes target_groups; /* target_group */
    seeker_facts facts;
    value_day facts_review_by;
    seeker_source source;
    value_day review_by;
    value_ext ext;
};

#endif
