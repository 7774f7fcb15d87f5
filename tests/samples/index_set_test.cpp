#include "samples/index_set.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "skein/random.hpp"

namespace skein::internal {

TEST_CASE("a set of indices and its complement give their indices in order, from any place on") {
    for (const std::uint64_t end : {1u, 63u, 64u, 65u, 511u, 512u, 513u, 5000u}) {
        for (const std::uint64_t one_of : {1u, 2u, 100u}) {
            IndexSet set(end);
            std::vector<std::uint64_t> in, out;
            for (std::uint64_t index = 0; index < end; ++index) {
                const bool is_in = random::integer(3, random::Stream::samples, index, one_of) == 0;
                (is_in ? in : out).push_back(index);
                if (is_in) set.insert(index);
            }
            IndexSet others = set.complement();
            set.count();
            others.count();
            for (const auto& [indices, expected] : {std::pair(&set, &in), std::pair(&others, &out)}) {
                REQUIRE(indices->size() == expected->size());
                for (std::size_t first = 0; first < expected->size(); first += 37) {
                    std::vector<std::uint64_t> found(expected->size() - first);
                    indices->at(first, found);
                    CHECK(found ==
                          std::vector<std::uint64_t>(expected->begin() + std::ptrdiff_t(first), expected->end()));
                }
            }
        }
    }
}

}  // namespace skein::internal
