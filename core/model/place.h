#ifndef CORE_MODEL_PLACE_H
#define CORE_MODEL_PLACE_H

/* Places on a sphere of 6371.0088 km (the IUGG mean radius). */
#define PLACE_RADIUS_KM 6371.0088

typedef struct place {
    double x, y, z; /* km, rounded to 1e-6 */
} place;

/* lat and lon in degrees are rounded to 5 decimals first. */
place place_from_degrees(double lat, double lon);
/* Great-circle distance: 2R asin(min(1, chord / 2R)). */
double place_km(place a, place b);
/* The same from the square of the chord. */
double place_arc(double square);

/* The arcsine of less than PLACE_NEAR, by its series: asin(h) = h + h^3 / 6 + 3 h^5 / 40 + ... The
 * terms left out are below a rounding, so that it is as exact as a library's, the same on every
 * machine, and eight at once in a vector. */
#define PLACE_NEAR 0.05
static const double place_series[6] = {1.0 / 6.0,      3.0 / 40.0,      15.0 / 336.0,
                                       105.0 / 3456.0, 945.0 / 42240.0, 10395.0 / 599040.0};

#endif
