#include "account/tries.h"

#include <stdbool.h>

void tries_add(tries *t, bytes name, int64_t now_ms)
{
    uint64_t place = bytes_hash(name) % TRY_PLACE_COUNT;
    if (now_ms - t->places[place].first_ms > TRY_MS || now_ms < t->places[place].first_ms) {
        t->places[place].first_ms = now_ms;
        t->places[place].count = 0;
    }
    t->places[place].count++;
}

int64_t tries_wait_ms(const tries *t, bytes name, int64_t now_ms)
{
    uint64_t place = bytes_hash(name) % TRY_PLACE_COUNT;
    int64_t passed_ms = now_ms - t->places[place].first_ms;
    bool is_waiting = t->places[place].count >= TRY_MAX && passed_ms >= 0 && passed_ms < TRY_MS;
    return is_waiting ? TRY_MS - passed_ms : 0;
}
