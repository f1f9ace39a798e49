#ifndef TESTS_UNIT_TAXONOMY_SOURCES_H
#define TESTS_UNIT_TAXONOMY_SOURCES_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memfile.h"
#include "taxonomy/read.h"

/* Invented sources in the published shapes, and the real ones where they are at hand. */

static const char OCCUPATIONS[] =
    "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,status,code\r\n"
    "Occupation,http://data.europa.eu/esco/occupation/0001-a,7231,Radflicker/Radflickerin,"
    "\"Radflicker\nRadheiler\",,released,7231.1\r\n"
    "Occupation,http://data.europa.eu/esco/occupation/0002-b,5321,Krankenpfleger/Krankenpflegerin,"
    ",,released,5321.1\r\n";
static const char SKILLS[] =
    "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status\n"
    "KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/s-1,knowledge,,patch tubes,"
    "\"mend \"\"tubes\"\"\",,released\n";
static const char RELATIONS[] =
    "occupationUri,relationType,skillType,skillUri\n"
    "http://data.europa.eu/esco/occupation/0001-a,essential,knowledge,"
    "http://data.europa.eu/esco/skill/s-1\n"
    "http://data.europa.eu/esco/occupation/0002-b,optional,,http://data.europa.eu/esco/skill/s-1\n";
static const char CLASSES[] =
    "\xEF\xBB\xBF"
    "Schl\xC3\xBCssel KldB 2010, V. 2020;Ebene;Titel;Kurztitel;\n"
    "0;1;Milit\xC3\xA4r;Milit\xC3\xA4r;\n1;2;Streitkr\xC3\xA4"
    "fte;;\n"
    "8;1;Gesundheit;;\n81;2;Medizin;;\n813;3;Pflege;;\n8130;4;Krankenpflege;;\n"
    "81301;5;Krankenpflege, Helfer;;\n81302;5;Krankenpflege, fachlich;;\n1104;5;Offiziere;;\n";
static const char NAMES[] =
    "\"1\",\"B 81302-103\",\"t\",\"\",\"\",\"\",\"\",\"\",\"\",\"Krankenpfleger lang\","
    "\"Krankenpfleger/in\",\"K\"\n"
    "\"2\",\"B 81301-100\",\"t\",\"\",\"\",\"\",\"\",\"\",\"\",\"Stationshilfe\",\"Stationshilfe\","
    "\"S\"\n"
    "\"3\",\"B 81302-104\",\"t\",\"\",\"\",\"\",\"\",\"\",\"\",\"x\",\"Stationshilfe\",\"S\"\n";
static const char PAIRS[] = "kldb2010\tisco08\tn\n-0030\t-030\t1\n81302\t3221\t1\n1104\t0110\t1\n";

static inline void read_source(draft *d, const char *name, const char *text)
{
    read_report report;
    err e = {0};
    ck_assert_msg(taxonomy_read(d, name, bytes_of(text), &report, &e), "%s: %s", e.text, e.detail);
    ck_assert_uint_eq(report.refused_count, 0);
}

static inline draft *drafted(void)
{
    draft *d = NULL;
    err e = {0};
    ck_assert(draft_new(&d, &e));
    read_source(d, "relations.csv", RELATIONS);
    read_source(d, "occupations_de.csv", OCCUPATIONS);
    read_source(d, "skills_en.csv", SKILLS);
    read_source(d, "kldb.csv", CLASSES);
    read_source(d, "names.csv", NAMES);
    read_source(d, "pairs.tsv", PAIRS);
    return d;
}

/* The taxonomy of the invented sources; *file is its memory. */
static inline taxonomy *viewed(buf *file)
{
    draft *d = drafted();
    err e = {0};
    taxonomy *t = NULL;
    ck_assert(draft_print(d, file, &e));
    draft_free(&d);
    ck_assert_msg(taxonomy_view(buf_bytes(file), &t, &e), "%s", e.text);
    return t;
}

/* A file of the shared data; false, with a message, where it is not at hand. */
static inline bool shared_path(const char *name, char out[400])
{
    const char *shared = getenv("LOTSE_SHARED");
    snprintf(out, 400, "%s/data/%s", shared != NULL ? shared : SOURCE_DIR "/../shared", name);
    FILE *file = fopen(out, "r");
    if (file == NULL) {
        printf("skipped: %s is not here; set LOTSE_SHARED\n", name);
        return false;
    }
    fclose(file);
    return true;
}

static inline bool read_shared(draft *d, const char *name, read_report *report)
{
    char path[400];
    memfile file;
    err e = {0};
    if (!shared_path(name, path)) {
        return false;
    }
    ck_assert(memfile_map(path, &file, &e));
    const char *slash = strrchr(path, '/');
    ck_assert_msg(taxonomy_read(d, slash + 1, (bytes){file.base, file.len}, report, &e), "%s: %s",
                  e.text, e.detail);
    memfile_fini(&file);
    return true;
}

#endif
