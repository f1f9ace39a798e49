#ifndef CORE_SAY_PICTOGRAMS_H
#define CORE_SAY_PICTOGRAMS_H

/* Inside of this folder: one drawing a topic, in the order of letter_topic. The files of
 * core/say/pictograms are put into the program when it is configured (pictograms.cmake). */

typedef struct pictogram {
    const char *name;
    const char *svg; /* a whole <svg> with a <title> */
} pictogram;

extern const pictogram PICTOGRAMS[];

#endif
