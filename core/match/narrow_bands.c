#include "match/narrow_bands.h"

#include <math.h>

#include "model/place.h"

static const double radians_per_degree = 0.017453292519943295;

typedef struct circle {
    double latitude, longitude; /* degrees */
    double cosine;
    double radius;
} circle;

/* The cells of a band that a circle may touch. False: none. By the haversine: sin^2(d/2R) =
 * sin^2(dlat/2) + cos cos sin^2(dlon/2), each part taken to the safe side. */
static bool cells_of_band(const segment_grid *g, const circle *c, const segment_band *band,
                          uint32_t index, band_cells *ret)
{
    double degrees = c->latitude < band->lat_min   ? band->lat_min - c->latitude
                     : c->latitude > band->lat_max ? c->latitude - band->lat_max
                                                   : 0;
    double km = degrees * KM_PER_DEGREE_LEAST;
    if (band->lat_min > band->lat_max || km > c->radius) {
        return false;
    }
    uint32_t base = 1 + index * g->lon_count;
    *ret = (band_cells){base, base + g->lon_count, km};
    double half = c->radius / (2 * PLACE_RADIUS_KM) * (1 + 1e-9);
    double half_lat = degrees * radians_per_degree / 2;
    double sin_lat = half_lat * (1 - half_lat * half_lat / 6);
    double height = half * half - sin_lat * sin_lat;
    double width = c->cosine * band->cos_min;
    height = height > 0 ? height : 0;
    if (!(height < width * 0.25)) {
        return true;
    }
    double x = sqrt(height / width);
    double span = 2 * x * (1 + 0.2 * x * x) / radians_per_degree + 1e-5;
    if (c->longitude - span < -180 || c->longitude + span > 180) {
        return true;
    }
    ret->first = base + grid_step_of(c->longitude - span, g->lon_first, g->lon_step, g->lon_count);
    ret->end =
        base + grid_step_of(c->longitude + span, g->lon_first, g->lon_step, g->lon_count) + 1;
    return true;
}

uint32_t bands_around(const segment *s, double latitude, double longitude, double radius,
                      band_cells *ret)
{
    const segment_grid *g = &s->head->grid;
    if (g->lat_count == 0) {
        return 0;
    }
    const segment_band *bands = segment_at(s, g->bands_off);
    const circle c = {latitude, longitude, cos(latitude * radians_per_degree), radius};
    double degrees = radius / KM_PER_DEGREE_LEAST + 1e-4;
    uint32_t low = grid_step_of(latitude - degrees, g->lat_first, g->lat_step, g->lat_count);
    uint32_t high = grid_step_of(latitude + degrees, g->lat_first, g->lat_step, g->lat_count);
    uint32_t middle = grid_step_of(latitude, g->lat_first, g->lat_step, g->lat_count);
    uint32_t count = 0;
    for (uint32_t step = 0; middle + step <= high || middle >= low + step; step++) {
        if (middle >= low + step) {
            uint32_t i = middle - step;
            count += cells_of_band(g, &c, &bands[i], i, &ret[count]);
        }
        if (step > 0 && middle + step <= high) {
            uint32_t i = middle + step;
            count += cells_of_band(g, &c, &bands[i], i, &ret[count]);
        }
    }
    return count;
}
