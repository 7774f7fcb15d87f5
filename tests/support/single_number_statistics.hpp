// What the single numbers of skein/random.hpp are measured by.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "skein/random.hpp"
#include "support/counts.hpp"
#include "support/statistics.hpp"

namespace skein::statistics {

/// The single numbers of skein/random.hpp, in double. The last 27 bits of a uniform come from a word of their own.
class SingleNumberCounts {
public:
    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t index = first; index < first + count; ++index) {
            const double u = random::uniform(seed, random::Stream::initial_weights, index);
            const double scaled = std::ldexp(u, 26);
            uniforms_.add(u);
            last_bits_.add(scaled - std::floor(scaled));
            normals_.add(normal_cdf(random::normal(seed, random::Stream::initial_weights, index)));
        }
    }
    void add(const SingleNumberCounts& other) {
        uniforms_.add(other.uniforms_);
        last_bits_.add(other.last_bits_);
        normals_.add(other.normals_);
    }
    Checks checks() const {
        Checks checks;
        uniforms_.add_to(checks, "single uniforms");
        last_bits_.add_to(checks, "single uniforms, last bits");
        normals_.add_to(checks, "single normals");
        return checks;
    }

private:
    Bins uniforms_, last_bits_, normals_;
};

/// integer(): ranges, remainders, and neighbouring draws.
class IntegerCounts {
public:
    /// bound < 2^57.
    explicit IntegerCounts(std::uint64_t bound)
        : bound_(bound),
          num_ranges_(std::min<std::uint64_t>(bound, 64)),
          num_remainders_(std::min<std::uint64_t>(bound, 16)),
          ranges_(num_ranges_),
          remainders_(num_remainders_),
          pairs_(num_ranges_ * num_ranges_) {}

    void add(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
        std::size_t before = 0;
        for (std::uint64_t index = first; index < first + count; ++index) {
            const std::uint64_t value = random::integer(seed, random::Stream::replacement, index, bound_);
            if (value >= bound_) {
                ++num_outside_;
                continue;
            }
            const std::size_t range = value * num_ranges_ / bound_;
            ++ranges_[range];
            ++remainders_[value % num_remainders_];
            if ((index - first) % 2 == 1) {
                ++pairs_[before * num_ranges_ + range];
            }
            before = range;
        }
    }
    void add(const IntegerCounts& other) {
        const auto sum = [](std::vector<std::uint64_t>& counts, const std::vector<std::uint64_t>& others) {
            for (std::size_t index = 0; index < counts.size(); ++index) {
                counts[index] += others[index];
            }
        };
        sum(ranges_, other.ranges_);
        sum(remainders_, other.remainders_);
        sum(pairs_, other.pairs_);
        num_outside_ += other.num_outside_;
    }
    /// The odds of a value are off by a relative bound / 2^64, which no count shows: 2^-23 for the largest of kBounds.
    Checks checks() const {
        Checks checks;
        const std::string what = "integers below " + std::to_string(bound_);
        const double bound = static_cast<double>(bound_);
        const auto start = [&](std::size_t range) { return (range * bound_ + num_ranges_ - 1) / num_ranges_; };
        std::vector<double> odds(num_ranges_);
        for (std::size_t range = 0; range < num_ranges_; ++range) {
            odds[range] = static_cast<double>(start(range + 1) - start(range)) / bound;
        }
        checks.add(what + ": inside", num_outside_ == 0 ? 1.0 : 0.0);
        if (bound_ > 1) {
            checks.add(what + ": ranges", two_sided(Cells(ranges_, odds).tails()));
            odds.assign(num_remainders_, 0.0);
            for (std::size_t remainder = 0; remainder < num_remainders_; ++remainder) {
                odds[remainder] = static_cast<double>((bound_ - 1 - remainder) / num_remainders_ + 1) / bound;
            }
            checks.add(what + ": remainders", two_sided(Cells(remainders_, odds).tails()));
            checks.add(what + ": neighbours", two_sided(Cells::of_table(pairs_, num_ranges_, 0.0).tails()));
        }
        return checks;
    }

private:
    std::uint64_t bound_;
    std::size_t num_ranges_, num_remainders_;
    std::vector<std::uint64_t> ranges_, remainders_, pairs_;
    std::uint64_t num_outside_ = 0;
};

inline constexpr std::array<std::uint64_t, 10> kBounds = {
    1, 2, 3, 7, 10, 1000, 65537, 1000000, (std::uint64_t{1} << 32) + 1, (std::uint64_t{1} << 40) + 12345};

}  // namespace skein::statistics
