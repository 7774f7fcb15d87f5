// What the orders of skein/batch_order.hpp are measured by: batch_order_statistics_test.cpp with few orders,
// random_statistics.cpp with many.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "skein/batch_order.hpp"
#include "support/statistics.hpp"

namespace skein::statistics {

using Order = std::vector<std::uint64_t>;

/// order[position] = where the position goes.
inline void make_order(Order& order, std::uint64_t size, std::uint64_t seed, std::uint64_t epoch) {
    order.resize(size);
    Permutation(size, seed, random::Stream::epoch_order, epoch).images(0, order);
}

/// Whether images() fills [0, size) exactly once, and operator() agrees at every `stride`-th position.
inline bool is_bijection(std::uint64_t size, std::uint64_t seed, std::uint64_t epoch, std::uint64_t stride) {
    constexpr std::uint64_t kBlock = 4096;
    const Permutation permutation(size, seed, random::Stream::epoch_order, epoch);
    std::vector<bool> hit(size);
    Order block;
    for (std::uint64_t first = 0; first < size; first += kBlock) {
        block.resize(std::min(kBlock, size - first));
        permutation.images(first, block);
        for (std::uint64_t index = 0; index < block.size(); ++index) {
            const std::uint64_t target = block[index];
            if (target >= size || hit[target]) {
                return false;
            }
            hit[target] = true;
            if ((first + index) % stride == 0 && permutation(first + index) != target) {
                return false;
            }
        }
    }
    return true;  // size targets, all of them in the domain and different
}

/// Which of the size (size - 1) ... ordered choices the first `length` values of an order are.
inline std::size_t rank_of_choice(const Order& order, std::size_t length) {
    std::size_t rank = 0;
    for (std::size_t position = 0; position < length; ++position) {
        std::size_t smaller_before = 0;
        for (std::size_t before = 0; before < position; ++before) {
            smaller_before += order[before] < order[position] ? 1 : 0;
        }
        rank = rank * (order.size() - position) + order[position] - smaller_before;
    }
    return rank;
}

inline std::size_t num_choices(std::uint64_t size, std::size_t length) {
    std::size_t choices = 1;
    for (std::size_t position = 0; position < length; ++position) {
        choices *= size - position;
    }
    return choices;
}

/// Counts small orders of one kind: where each position goes, and which choice their first values are.
class SmallOrderCounts {
public:
    SmallOrderCounts(std::uint64_t size, std::size_t length_by_seed, std::size_t length_in_all)
        : size_(size),
          length_by_seed_(length_by_seed),
          length_in_all_(length_in_all),
          table_(size * size),
          choices_(num_choices(size, length_by_seed)),
          choices_in_all_(num_choices(size, length_in_all)) {}

    void add(const Order& order) {
        for (std::size_t position = 0; position < size_; ++position) {
            ++table_[position * size_ + order[position]];
        }
        ++choices_[rank_of_choice(order, length_by_seed_)];
        ++choices_in_all_[rank_of_choice(order, length_in_all_)];
    }
    void end_seed() {
        tables_.add(Cells::of_table(table_, size_, static_cast<double>(size_)));
        choices_by_seed_.add(Cells(choices_));
        std::fill(table_.begin(), table_.end(), 0);
        std::fill(choices_.begin(), choices_.end(), 0);
    }
    void add_to(Checks& checks, const std::string& what) const {
        tables_.add_to(checks, what + ": position x value");
        choices_by_seed_.add_to(checks, what + ": first " + std::to_string(length_by_seed_) + " values");
        if (length_in_all_ != length_by_seed_) {
            checks.add(what + ": first " + std::to_string(length_in_all_) + " values, all seeds",
                       two_sided(Cells(choices_in_all_).tails()));
        }
    }

private:
    std::uint64_t size_;
    std::size_t length_by_seed_;
    std::size_t length_in_all_;
    std::vector<std::uint64_t> table_;
    std::vector<std::uint64_t> choices_;
    std::vector<std::uint64_t> choices_in_all_;
    TablesOfSeeds tables_;
    TablesOfSeeds choices_by_seed_;
};

/// quotient[before[position]] = after[position]: as random as `after` whatever `before` is, if they are independent.
inline void make_quotient(Order& quotient, const Order& before, const Order& after) {
    quotient.resize(before.size());
    for (std::size_t position = 0; position < before.size(); ++position) {
        quotient[before[position]] = after[position];
    }
}

struct SmallOrders {
    std::uint64_t size;
    std::size_t length_by_seed;  // values whose choices are counted for each seed
    std::size_t length_in_all;   // and for all seeds together
    std::uint64_t num_seeds;
    std::uint64_t num_epochs;  // of each seed
};

/// Single orders, successive epochs of a seed, and neighbouring seeds of an epoch: of each the whole distribution where
/// length_in_all == size.
inline Checks small_order_checks(const SmallOrders& settings) {
    const SmallOrderCounts none(settings.size, settings.length_by_seed, settings.length_in_all);
    SmallOrderCounts single = none, epochs = none, seeds = none;
    std::vector<Order> of_seed_before(settings.num_epochs), of_seed(settings.num_epochs);
    Order quotient;
    for (std::uint64_t seed = 0; seed < settings.num_seeds; ++seed) {
        for (std::uint64_t epoch = 0; epoch < settings.num_epochs; ++epoch) {
            make_order(of_seed[epoch], settings.size, seed, epoch);
            single.add(of_seed[epoch]);
            if (epoch > 0) {
                make_quotient(quotient, of_seed[epoch - 1], of_seed[epoch]);
                epochs.add(quotient);
            }
            if (seed > 0) {
                make_quotient(quotient, of_seed_before[epoch], of_seed[epoch]);
                seeds.add(quotient);
            }
        }
        single.end_seed();
        epochs.end_seed();
        if (seed > 0) {
            seeds.end_seed();
        }
        of_seed.swap(of_seed_before);
    }
    Checks checks;
    const std::string what = "orders of " + std::to_string(settings.size);
    single.add_to(checks, what);
    epochs.add_to(checks, what + ", successive epochs");
    seeds.add_to(checks, what + ", neighbouring seeds");
    return checks;
}

/// Pairs of samples, by the range each is in and by its last bits.
class LargeOrderCounts {
public:
    LargeOrderCounts(std::uint64_t size, std::size_t num_ranges)
        : num_ranges_(num_ranges), scale_((std::uint64_t{num_ranges} << kShift) / size) {}

    /// Pairs (first(i), second(i)) of i in [0, count), matched at random.
    template <class First, class Second>
    void add(std::uint64_t count, First first, Second second) {
        ranges_.assign(num_ranges_ * num_ranges_, 0);
        last_bits_.assign(kLastBits * kLastBits, 0);
        for (std::uint64_t index = 0; index < count; ++index) {
            const std::uint64_t a = first(index);
            const std::uint64_t b = second(index);
            ++ranges_[range(a) * num_ranges_ + range(b)];
            ++last_bits_[a % kLastBits * kLastBits + b % kLastBits];
        }
        of_ranges_.add(Cells::of_table(ranges_, num_ranges_, static_cast<double>(count)));
        of_last_bits_.add(Cells::of_table(last_bits_, kLastBits, static_cast<double>(count)));
    }
    void add_to(Checks& checks, const std::string& what) const {
        of_ranges_.add_to(checks, what + ", ranges");
        of_last_bits_.add_to(checks, what + ", last bits");
    }
    /// From 0 up to num_ranges: any split will do, since a table expects what its own sums say.
    std::size_t range(std::uint64_t value) const { return value * scale_ >> kShift; }

private:
    static constexpr std::size_t kLastBits = 8;  // that many values of the last three bits
    static constexpr int kShift = 32;
    std::size_t num_ranges_;
    std::uint64_t scale_;
    std::vector<std::uint64_t> ranges_, last_bits_;
    TablesOfSeeds of_ranges_, of_last_bits_;
};

struct LargeOrders {
    std::uint64_t size;      // even, at most 2^28
    std::size_t num_ranges;  // at most 64, and at least 5 samples to be expected where two of them meet
    std::uint64_t num_seeds;
    bool with_epochs;
};

/// The differences of a pair of different values, mod size, are 1 to size - 1 with equal odds: their odds in `ranges`.
/// (The differences of two pairs depend on each other by a relative 1 / size, which changes the statistic by that
/// much.)
inline std::vector<double> odds_of_differences(const LargeOrderCounts& ranges, std::uint64_t size,
                                               std::size_t num_ranges) {
    std::vector<double> odds(num_ranges);
    for (std::uint64_t difference = 1; difference < size; ++difference) {
        odds[ranges.range(difference)] += 1.0 / static_cast<double>(size - 1);
    }
    return odds;
}

/// Position and value; the values of positions 2i and 2i + 1, and their difference; the values of positions i and
/// i + size / 2; the values of a position in the orders of neighbouring seeds, and of two successive epochs.
inline Checks large_order_checks(const LargeOrders& settings) {
    const std::uint64_t size = settings.size;
    const LargeOrderCounts none(size, settings.num_ranges);
    LargeOrderCounts single = none, neighbours = none, halves = none, seeds = none, epochs = none;
    TablesOfSeeds differences;
    const std::vector<double> odds = odds_of_differences(single, size, settings.num_ranges);
    std::vector<std::uint64_t> counts;
    Order before, order, next;
    const auto position = [](std::uint64_t index) { return index; };
    for (std::uint64_t seed = 0; seed < settings.num_seeds; ++seed) {
        make_order(order, size, seed, 0);
        const auto value = [&](std::uint64_t index) { return order[index]; };
        const auto even = [&](std::uint64_t index) { return order[2 * index]; };
        const auto odd = [&](std::uint64_t index) { return order[2 * index + 1]; };
        single.add(size, position, value);
        neighbours.add(size / 2, even, odd);
        halves.add(size / 2, value, [&](std::uint64_t index) { return order[index + size / 2]; });
        counts.assign(settings.num_ranges, 0);
        for (std::uint64_t index = 0; index < size / 2; ++index) {
            const std::uint64_t a = even(index), b = odd(index);
            ++counts[single.range(b < a ? b + size - a : b - a)];
        }
        differences.add(Cells(counts, odds));
        if (seed > 0) {
            seeds.add(
                size, [&](std::uint64_t index) { return before[index]; }, value);
        }
        if (settings.with_epochs) {
            make_order(next, size, seed, 1);
            epochs.add(size, value, [&](std::uint64_t index) { return next[index]; });
        }
        order.swap(before);
    }
    Checks checks;
    const std::string what = "orders of " + std::to_string(size);
    single.add_to(checks, what + ": position x value");
    neighbours.add_to(checks, what + ": value x next value");
    halves.add_to(checks, what + ": value x value half an order on");
    differences.add_to(checks, what + ": differences of neighbours");
    seeds.add_to(checks, what + ": neighbouring seeds");
    if (settings.with_epochs) {
        epochs.add_to(checks, what + ": successive epochs");
    }
    return checks;
}

/// Whether an order is an odd permutation: whether size - (number of its cycles) is odd.
inline bool is_odd(const Order& order) {
    std::vector<bool> seen(order.size());
    std::size_t steps = 0;
    for (std::size_t start = 0; start < order.size(); ++start) {
        for (std::size_t at = order[start]; !seen[start] && at != start; at = order[at]) {
            seen[at] = true;
            ++steps;
        }
        seen[start] = true;
    }
    return steps % 2 != 0;
}

inline Checks parity_checks(std::uint64_t size, std::uint64_t num_orders) {
    std::uint64_t num_odd = 0;
    Order order;
    for (std::uint64_t epoch = 0; epoch < num_orders; ++epoch) {
        make_order(order, size, 31, epoch);
        num_odd += is_odd(order) ? 1 : 0;
    }
    Checks checks;
    checks.add("orders of " + std::to_string(size) + ": odd permutations",
               binomial_p(static_cast<double>(num_odd), static_cast<double>(num_orders), 0.5));
    return checks;
}

}  // namespace skein::statistics
