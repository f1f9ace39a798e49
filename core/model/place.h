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

#endif
