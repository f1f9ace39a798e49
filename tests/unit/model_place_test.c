/* Places are the benchmark's to the last digit. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "model/place.h"

static void expect_place(double lat, double lon, double x, double y, double z)
{
    place p = place_from_degrees(lat, lon);

    ck_assert_double_eq(p.x, x);
    ck_assert_double_eq(p.y, y);
    ck_assert_double_eq(p.z, z);
}

START_TEST(place_is_rounded_to_a_millimetre)
{
    expect_place(51.51, 7.47, 3931.523771, 515.500847, 4986.695584);
    expect_place(47.60001, 14.39999, 4161.019522, 1068.367454, 4704.706223);
    expect_place(-33.85678, 151.2153, -4636.951397, 2547.573378, -3549.409071);
    expect_place(0, 0, 6371.0088, 0, 0);
    expect_place(90, 0, 0, 0, 6371.0088);
}
END_TEST

START_TEST(place_uses_degrees_of_five_decimals)
{
    place a = place_from_degrees(51.510004, 7.470004);
    place b = place_from_degrees(51.51, 7.47);
    place c = place_from_degrees(51.510006, 7.47);

    ck_assert_double_eq(place_km(a, b), 0.0);
    ck_assert_double_gt(place_km(c, b), 0.0);
}
END_TEST

START_TEST(place_km_is_the_great_circle)
{
    place equator = place_from_degrees(0, 0);

    ck_assert_double_eq_tol(place_km(equator, place_from_degrees(0, 1)), 111.195080, 1e-5);
    ck_assert_double_eq_tol(place_km(equator, place_from_degrees(0, 180)), 20015.114442, 1e-4);
    ck_assert_double_eq(place_km(equator, equator), 0.0);
}
END_TEST

START_TEST(place_km_is_the_same_both_ways)
{
    place a = place_from_degrees(51.51, 7.47);
    place b = place_from_degrees(53.55, 9.99);

    ck_assert_double_eq(place_km(a, b), place_km(b, a));
}
END_TEST

/* Chords from a metre to the diameter, against the library's arcsine. */
START_TEST(place_arc_is_the_arcsine_to_the_last_digits)
{
    double joint = PLACE_NEAR * 2.0 * PLACE_RADIUS_KM;
    for (double chord = 0.001; chord < 2.0 * PLACE_RADIUS_KM; chord *= 1.00037) {
        double expected =
            2.0 * PLACE_RADIUS_KM * asin(sqrt(chord * chord) / (2.0 * PLACE_RADIUS_KM));
        ck_assert_double_le(fabs(place_arc(chord * chord) - expected), 4e-16 * expected);
    }
    ck_assert_double_le(place_arc(joint * joint * (1 - 1e-12)), place_arc(joint * joint));
    ck_assert_double_eq(place_arc(0), 0.0);
    ck_assert_double_eq(place_arc(4.1e8), 2.0 * PLACE_RADIUS_KM * asin(1.0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model_place");
    TCase *tests = tcase_create("place");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, place_is_rounded_to_a_millimetre);
    tcase_add_test(tests, place_uses_degrees_of_five_decimals);
    tcase_add_test(tests, place_km_is_the_great_circle);
    tcase_add_test(tests, place_km_is_the_same_both_ways);
    tcase_add_test(tests, place_arc_is_the_arcsine_to_the_last_digits);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
