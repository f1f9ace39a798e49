#include "model/place.h"

#include <math.h>

/* The arithmetic is the benchmark's, step by step: what is rounded when decides the last digit of a
 * distance, and with it the order of matches. */

static double round_decimals(double value, double factor)
{
    return rint(value * factor) / factor;
}

place place_from_degrees(double lat, double lon)
{
    const double radians = 3.14159265358979323846 / 180.0;
    double a = round_decimals(lat, 1e5) * radians;
    double o = round_decimals(lon, 1e5) * radians;
    return (place){.x = round_decimals(PLACE_RADIUS_KM * cos(a) * cos(o), 1e6),
                   .y = round_decimals(PLACE_RADIUS_KM * cos(a) * sin(o), 1e6),
                   .z = round_decimals(PLACE_RADIUS_KM * sin(a), 1e6)};
}

double place_km(place a, place b)
{
    double dx = a.x - b.x;
    double dy = a.y - b.y;
    double dz = a.z - b.z;
    return place_arc(dx * dx + dy * dy + dz * dz);
}

double place_arc(double square)
{
    double half = sqrt(square) / (2.0 * PLACE_RADIUS_KM);
    if (half >= PLACE_NEAR) {
        return 2.0 * PLACE_RADIUS_KM * asin(half < 1.0 ? half : 1.0);
    }
    double power = half * half;
    double sum = place_series[5];
    for (int i = 4; i >= 0; i--) {
        sum = place_series[i] + power * sum;
    }
    return 2.0 * PLACE_RADIUS_KM * (half + half * (power * sum));
}
