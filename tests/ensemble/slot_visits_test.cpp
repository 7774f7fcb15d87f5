// The order in which a lane visits its samples.
#include "ensemble/slot_visits.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace skein::test {
using namespace internal;

TEST_CASE("slots are visited so that log2 partial sums give the fixed tree") {
    for (std::size_t count = 1; count <= 70; ++count) {
        CAPTURE(count);
        const std::vector<SlotVisit> visits = slot_visits(count);
        REQUIRE(visits.size() == count);
        std::vector<std::string> levels(kNumSumLevels);
        for (const SlotVisit& visit : visits) {
            REQUIRE(visit.level < kNumSumLevels);
            std::string& slot = levels[visit.level];
            slot = (visit.is_first ? "" : slot + " ") + std::to_string(visit.sample);
            for (std::size_t merge = 1; merge <= visit.num_merges; ++merge) {
                levels[visit.level - merge] =
                    "(" + levels[visit.level - merge] + "+" + levels[visit.level - merge + 1] + ")";
            }
        }
        // The tree of skein/gradient.hpp: pairs (s, s + 8), then (s, s + 4), ...
        std::vector<std::string> slots(16);
        for (std::size_t sample = 0; sample < count; ++sample) {
            slots[sample % 16] += (slots[sample % 16].empty() ? "" : " ") + std::to_string(sample);
        }
        for (std::size_t half = 8; half != 0; half /= 2) {
            for (std::size_t slot = 0; slot < half; ++slot) {
                if (!slots[slot + half].empty()) {
                    slots[slot] = "(" + slots[slot] + "+" + slots[slot + half] + ")";
                }
            }
        }
        CHECK(levels[0] == slots[0]);
    }
}

}  // namespace skein::test
