// Learning rate schedules.
#include "skein/schedule.hpp"

#include <doctest/doctest.h>

namespace skein::test {

TEST_CASE("schedules") {
    Schedule schedule;
    CHECK(schedule.factor(1000) == 1.0);
    schedule.warm_up_steps = 4;
    CHECK(schedule.factor(0) == 0.25);
    CHECK(schedule.factor(3) == 1.0);
    schedule = {.kind = Schedule::Kind::step, .warm_up_steps = 2, .decay = 0.5, .every_steps = 3};
    CHECK(schedule.factor(1) == 1.0);
    CHECK(schedule.factor(4) == 1.0);
    CHECK(schedule.factor(5) == 0.5);
    CHECK(schedule.factor(8) == 0.25);
    schedule = {.kind = Schedule::Kind::cosine, .total_steps = 8, .final_factor = 0.2};
    CHECK(schedule.factor(0) == 1.0);
    CHECK(schedule.factor(4) == doctest::Approx(0.6).epsilon(1e-15));
    CHECK(schedule.factor(8) == 0.2);
    CHECK(schedule.factor(1000) == 0.2);
    schedule = {.kind = Schedule::Kind::inverse_time, .decay = 0.5};
    CHECK(schedule.factor(2) == 0.5);
}

}  // namespace skein::test
