#ifndef CORE_MATCH_NARROW_BANDS_H
#define CORE_MATCH_NARROW_BANDS_H

#include "match/segment_file.h"

/* Which cells of a segment's grid a circle around a place touches. Distances are taken to the safe
 * side: a row outside the cells is farther away than the radius. */

#define KM_PER_DEGREE_LEAST 111.194

/* A run of cells of one band. */
typedef struct band_cells {
    uint32_t first, end;
    double km; /* no row in them is nearer */
} band_cells;

/* Nearest bands first. `ret` has room for all bands of the grid; returns their count. */
uint32_t bands_around(const segment *s, double latitude, double longitude, double radius,
                      band_cells *ret);

#endif
