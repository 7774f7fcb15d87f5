// A test of the suite that holds if all p-values of a list do (statistics.hpp).
#pragma once

#include <doctest/doctest.h>

#include "support/statistics.hpp"

namespace skein::statistics {

inline void require(const Checks& checks) {
    REQUIRE(!checks.all().empty());
    for (const Check& check : checks.all()) {
        CHECK_MESSAGE(check.p >= checks.limit(), check.what, ": p = ", check.p, ", limit ", checks.limit());
    }
}

}  // namespace skein::statistics
