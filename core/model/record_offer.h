#ifndef CORE_MODEL_RECORD_OFFER_H
#define CORE_MODEL_RECORD_OFFER_H

#include "model/record.h"
#include "model/record_value.h"

/* Anything that can be proposed, as decoded. What each member means, its range and role stand in
 * record_offer.def; comments name the code list. Every struct's is_set says that the object stands
 * in the record. */

typedef struct offer_provider {
    bool is_set;
    value_text id;
    value_text name;
} offer_provider;

typedef struct required_language {
    bool is_set;
    value_code code; /* language */
    value_code min;  /* level, both */
    value_code max;
    language_skills skills; /* at least */
} required_language;

typedef struct required_literacy {
    bool is_set;
    value_code latin; /* literacy */
} required_literacy;

typedef struct required_experience {
    bool is_set;
    value_text occupation;
    value_int months;
} required_experience;

typedef struct offer_requires {
    bool is_set;
    LIST_OF(required_language) languages;
    required_literacy literacy;
    value_int eqf_min;
    value_code school_min; /* school */
    value_concepts skills;
    value_codes driving_licences; /* driving_licence */
    value_codes licences;         /* licence */
    LIST_OF(required_experience) experience;
    value_flag regulated;
    value_codes work_permission; /* work_permission: the statuses accepted */
    value_int unemployed_months;
    value_codes instruments;  /* instrument: the person must meet at least one */
    value_codes entitlements; /* entitlement */
    value_codes documents;    /* document: steps, never gates */
} offer_requires;

typedef struct offer_restriction {
    bool is_set;
    value_code trait; /* trait */
    value_text value;
    value_text justification;
    value_text legal_basis;
} offer_restriction;

typedef struct offer_prefers {
    bool is_set;
    value_concepts skills;
} offer_prefers;

typedef struct offer_part {
    bool is_set;
    value_text of;
    value_int number;
    value_int total;
} offer_part;

typedef struct offer_hours {
    bool is_set;
    value_int min;
    value_int max;
} offer_hours;

typedef struct offer_employment {
    bool is_set;
    value_code contract; /* contract */
    value_flag insured;
} offer_employment;

typedef struct offer_pay {
    bool is_set;
    value_number amount;
    value_code unit;     /* pay_unit */
    value_code currency; /* currency */
} offer_pay;

typedef struct offer_reserved {
    bool is_set;
    value_code target_group; /* target_group */
    value_int seats;
    value_day until;
} offer_reserved;

typedef struct offer_entry {
    bool is_set;
    value_code mode; /* entry_mode */
    value_day latest;
    value_codes steps; /* entry_step */
} offer_entry;

typedef struct offer_intake {
    bool is_set;
    value_text id;
    value_day start; /* null: any day until the end, with entry mode rolling */
    value_day end;
    value_int seats;
    value_int seats_free;
    value_int seats_min;
    value_code seats_source; /* seats_source */
    value_day register_by;
    LIST_OF(offer_reserved) reserved;
    value_code waiting_list; /* waiting_list */
    offer_entry entry;
    value_windows schedule;
    value_flag schedule_flexible;
} offer_intake;

typedef struct offer_childcare {
    bool is_set;
    value_int from;
    value_int to;
} offer_childcare;

typedef struct outcome_language {
    bool is_set;
    value_code code;  /* language */
    value_code level; /* level */
} outcome_language;

typedef struct offer_outcomes {
    bool is_set;
    LIST_OF(outcome_language) languages;
    value_concepts skills;
    value_code school; /* school */
    value_int eqf;
    value_text occupation;
    value_codes licences; /* licence */
} offer_outcomes;

typedef struct offer_price {
    bool is_set;
    value_number amount;
    value_code currency; /* currency */
} offer_price;

typedef struct offer_contact_point {
    bool is_set;
    value_text role;
    value_text phone;
} offer_contact_point;

typedef struct offer_apply {
    bool is_set;
    value_code via; /* apply_via */
    offer_contact_point contact_point;
} offer_apply;

typedef struct offer_source {
    bool is_set;
    value_text system;
    value_text id;
    value_day last_seen;
    value_day valid_to;
} offer_source;

struct offer {
    bool is_set;
    value_text id;
    value_code kind;   /* kind */
    value_code status; /* offer_status; absent: running */
    value_int version;
    value_texts title;
    value_texts description;
    offer_provider provider;
    location location;
    value_flag online; /* absent: false */
    offer_requires requires;
    LIST_OF(offer_restriction) restrictions;
    offer_prefers prefers;
    value_codes target_groups; /* target_group */
    value_text occupation;
    offer_part part;
    value_code course_type; /* course_type */
    value_int units;
    value_code_list instruction_languages; /* language */
    value_code group;                      /* setting */
    value_codes conditions;                /* condition */
    offer_hours hours;
    value_codes working_time; /* working_time */
    offer_employment employment;
    offer_pay pay;
    LIST_OF(offer_intake) intakes;
    value_codes support; /* support */
    offer_childcare childcare;
    offer_outcomes outcomes;
    value_codes funding; /* instrument */
    offer_price price;
    value_day confirmed_on;
    offer_apply apply;
    offer_source source;
    value_ext ext;
};

#endif
