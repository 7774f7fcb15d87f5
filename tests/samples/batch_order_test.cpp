#include "skein/batch_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "skein/instruction_set.hpp"

namespace skein {
namespace {

std::vector<std::uint64_t> all_indices(const BatchOrder::Batch& batch) {
    std::vector<std::uint64_t> indices(batch.num_samples());
    batch.indices(0, indices);
    return indices;
}

/// Pearson's statistic of equally likely cells, as a number of standard deviations above its mean (for many cells it
/// is close to normal: mean = cells - 1, variance = 2 (cells - 1)).
double chi_square_deviation(const std::vector<std::uint64_t>& counts, double expected) {
    double statistic = 0.0;
    for (const std::uint64_t count : counts) {
        const double difference = static_cast<double>(count) - expected;
        statistic += difference * difference / expected;
    }
    const double freedom = static_cast<double>(counts.size()) - 1.0;
    return (statistic - freedom) / std::sqrt(2.0 * freedom);
}

/// The plain twin of the shuffle, transcribed from skein/batch_order.hpp.
std::vector<std::uint64_t> shuffled(std::uint64_t size, std::uint64_t seed, random::Stream stream,
                                    std::uint64_t epoch) {
    std::vector<std::uint64_t> order(size);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    long double fraction = 0.0L;  // exact: of 64 bits
    for (std::uint64_t i = 0; i + 1 < size; ++i) {
        const random::Block block = random::block(seed, stream, 256 * epoch + i / 4);
        if (size > 8) {
            fraction = std::ldexp(static_cast<long double>(block[i % 4]), -32);
        } else if (i == 0) {
            fraction = std::ldexp(static_cast<long double>(block[1]), -32) +
                       std::ldexp(static_cast<long double>(block[0]), -64);
        }
        // A product of 64 and 4 bits need not fit: its parts do.
        const long double high = std::floor(std::ldexp(fraction, 32)), low = std::ldexp(fraction, 32) - high;
        const long double product_low = low * static_cast<long double>(size - i);
        const long double product_high = high * static_cast<long double>(size - i) + std::floor(product_low);
        const long double digit = std::floor(std::ldexp(product_high, -32));
        fraction = std::ldexp(product_high - std::ldexp(digit, 32), -32) +
                   std::ldexp(product_low - std::floor(product_low), -32);
        std::swap(order[i], order[i + static_cast<std::uint64_t>(digit)]);
    }
    return order;
}

/// The plain twin of the network.
std::uint64_t through_network(std::uint64_t size, const std::vector<std::uint64_t>& keys, std::uint64_t position) {
    std::uint64_t a = 1;
    while (a * a < size) ++a;
    const std::uint64_t b = (size + a - 1) / a;
    const auto hash = [](std::uint64_t half, std::uint64_t key, std::uint64_t radix) {
        std::uint64_t x = (half ^ key) % 65536;
        x = (x ^ x / 256) * 0x88B5 % 65536;
        x = (x ^ x / 128) * 0xDB2D % 65536;
        return x * radix / 65536;
    };
    do {
        std::uint64_t high = position / b, low = position % b;
        for (std::size_t round = 0; round < keys.size(); round += 2) {
            high = (high + hash(low, keys[round], a)) % a;
            low = (low + hash(high, keys[round + 1], b)) % b;
        }
        position = high * b + low;
    } while (position >= size);
    return position;
}

}  // namespace

TEST_CASE("small orders are shuffles") {
    for (std::uint64_t size : {1u, 2u, 3u, 7u, 8u, 9u, 10u, 100u, 1023u, 1024u}) {
        for (const std::uint64_t epoch : {0u, 1u, 77u}) {
            std::vector<std::uint64_t> order(size);
            BatchOrder(size, size, Sampling::shuffled, 12).batch(epoch).indices(0, order);
            CHECK(order == shuffled(size, 12, random::Stream::epoch_order, epoch));
        }
    }
}

TEST_CASE("large orders are what the formulas say, and positions() is the inverse") {
    for (const std::uint64_t size : {1025u, 1056u, 1089u, 1090u, 5000u, 1000003u}) {
        std::vector<std::uint64_t> keys;
        for (const std::uint64_t index : {512u, 513u}) {
            for (const std::uint32_t key : random::block(9, random::Stream::epoch_order, index)) keys.push_back(key);
        }
        const Permutation permutation(size, 9, random::Stream::epoch_order, 2);
        std::vector<std::uint32_t> images(1021), places(1);
        permutation.images(size - images.size(), images);
        for (std::size_t index = 0; index < images.size(); ++index) {
            const std::uint64_t position = size - images.size() + index;
            REQUIRE(images[index] == through_network(size, keys, position));
            permutation.positions(images[index], places);
            REQUIRE(places[0] == position);
        }
    }
}

TEST_CASE("a permutation of a huge domain stays inside and has no repeats nearby") {
    const std::uint64_t size = (std::uint64_t{1} << 62) - 12345;
    const Permutation permutation(size, 1, random::Stream::epoch_order, 0);
    std::vector<std::uint64_t> targets(10000);
    for (std::size_t position = 0; position < targets.size(); ++position) {
        targets[position] = permutation(position);
    }
    std::sort(targets.begin(), targets.end());
    CHECK(targets.back() < size);
    CHECK(std::adjacent_find(targets.begin(), targets.end()) == targets.end());
}

TEST_CASE("many positions at a time go where each goes alone, on every instruction set") {
    const std::string_view before = instruction_set();
    for (const std::string_view name : available_instruction_sets()) {
        force_instruction_set(name);
        for (const std::uint64_t size : {1ull, 2ull, 5ull, 1000ull, 1024ull, 1025ull, 1089ull, 5000ull, (1ull << 30),
                                         (1ull << 30) + 1, (1ull << 33) + 7}) {
            const Permutation permutation(size, 21, random::Stream::epoch_order, 1);
            std::vector<std::uint64_t> positions(std::min<std::uint64_t>(size, 1000));
            std::iota(positions.begin(), positions.end(), size - positions.size());
            std::vector<std::uint64_t> expected = positions;
            std::transform(expected.begin(), expected.end(), expected.begin(), permutation);
            std::vector<std::uint64_t> images(positions.size());
            permutation.images(positions.front(), images);
            CHECK(images == expected);
        }
    }
    force_instruction_set(before);
}

TEST_CASE("a shuffled epoch sees every sample once, and the next in another order") {
    const BatchOrder order(1003, 64, Sampling::shuffled, 11);
    CHECK(order.steps_per_epoch() == 16);
    std::vector<std::vector<std::uint64_t>> epochs(2);
    for (std::uint64_t step = 0; step < 32; ++step) {
        const std::vector<std::uint64_t> indices = all_indices(order.batch(step));
        CHECK(indices.size() == (step % 16 == 15 ? 43 : 64));
        std::vector<std::uint64_t>& epoch = epochs[step / 16];
        epoch.insert(epoch.end(), indices.begin(), indices.end());
    }
    CHECK(epochs[0] != epochs[1]);
    for (std::vector<std::uint64_t>& epoch : epochs) {
        std::sort(epoch.begin(), epoch.end());
        std::vector<std::uint64_t> every(1003);
        std::iota(every.begin(), every.end(), std::uint64_t{0});
        CHECK(epoch == every);
    }
}

TEST_CASE("an epoch shuffled by blocks sees every sample once, a block after the other") {
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{777}, kBlockSamples - 1, kBlockSamples,
                                     kBlockSamples + 1, 3 * kBlockSamples, 3 * kBlockSamples + 1234}) {
        std::vector<std::vector<std::uint64_t>> epochs(2);
        const BatchOrder order(size, std::min<std::uint64_t>(size, 1000), Sampling::shuffled_blocks, 5);
        for (std::uint64_t step = 0; step < 2 * order.steps_per_epoch(); ++step) {
            const std::vector<std::uint64_t> indices = all_indices(order.batch(step));
            std::vector<std::uint64_t>& epoch = epochs[step / order.steps_per_epoch()];
            epoch.insert(epoch.end(), indices.begin(), indices.end());
        }
        CAPTURE(size);
        CHECK((size == 1 || epochs[0] != epochs[1]));
        std::vector<std::uint64_t> every(size);
        std::iota(every.begin(), every.end(), std::uint64_t{0});
        for (std::vector<std::uint64_t>& epoch : epochs) {
            std::uint64_t num_blocks = 1;
            for (std::size_t place = 1; place < epoch.size(); ++place) {
                num_blocks += epoch[place] / kBlockSamples != epoch[place - 1] / kBlockSamples ? 1 : 0;
            }
            CHECK(num_blocks == (size + kBlockSamples - 1) / kBlockSamples);
            std::sort(epoch.begin(), epoch.end());
            CHECK(epoch == every);
        }
    }
}

TEST_CASE("every order of the blocks comes up, the partial one in every place") {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> seen;  // by first and last block
    constexpr std::uint64_t kSeeds = 6000;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const BatchOrder order(2 * kBlockSamples + 10, 1, Sampling::shuffled_blocks, seed);
        std::vector<std::uint64_t> index(1);
        order.batch(0).indices(0, index);
        const std::uint64_t first = index[0] / kBlockSamples;
        order.batch(2 * kBlockSamples + 9).indices(0, index);
        ++seen[{first, index[0] / kBlockSamples}];
    }
    CHECK(seen.size() == 6);
    std::vector<std::uint64_t> counts;
    for (const auto& [ends, count] : seen) {
        counts.push_back(count);
    }
    CHECK(chi_square_deviation(counts, kSeeds / 6) < 5.0);
}

TEST_CASE("the order of the blocks is another one for each epoch and seed, and the same again when asked again") {
    constexpr std::uint64_t kBlocks = 20;
    const auto blocks_of = [](std::uint64_t seed, std::uint64_t epoch) {
        const BatchOrder order(kBlocks * kBlockSamples, kBlockSamples, Sampling::shuffled_blocks, seed);
        std::vector<std::uint64_t> blocks;
        for (std::uint64_t step = 0; step < kBlocks; ++step) {
            std::uint64_t index = 0;
            order.batch(epoch * kBlocks + step).indices(0, {&index, 1});
            blocks.push_back(index / kBlockSamples);
        }
        return blocks;
    };
    const std::vector<std::uint64_t> first = blocks_of(1, 0);
    for (const auto& [seed, epoch] : {std::pair{1u, 1u}, std::pair{2u, 0u}}) {
        const std::vector<std::uint64_t> other = blocks_of(seed, epoch);
        CHECK(other != first);
        CHECK(std::is_permutation(other.begin(), other.end(), first.begin(), first.end()));
    }
    CHECK(blocks_of(1, 0) == first);
}

TEST_CASE("parts of a batch that crosses blocks are the batch") {
    const BatchOrder order(3 * kBlockSamples + 99, 75'000, Sampling::shuffled_blocks, 4);
    const BatchOrder::Batch batch = order.batch(1);
    const std::vector<std::uint64_t> whole = all_indices(batch);
    std::vector<std::uint64_t> parts(whole.size());
    for (std::size_t first = 0; first < parts.size(); first += 1024) {
        batch.indices(first, std::span(parts).subspan(first, std::min<std::size_t>(1024, parts.size() - first)));
    }
    CHECK(parts == whole);
}

TEST_CASE("parts of a batch are the batch") {
    for (const Sampling sampling :
         {Sampling::shuffled, Sampling::with_replacement, Sampling::sequential, Sampling::shuffled_blocks}) {
        const BatchOrder order(5000, 1500, sampling, 4);
        const BatchOrder::Batch batch = order.batch(2);
        const std::vector<std::uint64_t> whole = all_indices(batch);
        std::vector<std::uint64_t> part(476);
        batch.indices(1024, part);
        CHECK(std::equal(part.begin(), part.end(), whole.begin() + 1024));
        CHECK(batch.is_range() == (sampling == Sampling::sequential));
    }
}

TEST_CASE("sampling with replacement is uniform, and new at every step") {
    const BatchOrder order(50, 25, Sampling::with_replacement, 8);
    std::vector<std::uint64_t> counts(50);
    for (std::uint64_t step = 0; step < 2000; ++step) {
        for (const std::uint64_t index : all_indices(order.batch(step))) {
            ++counts[index];
        }
    }
    CHECK(chi_square_deviation(counts, 1000.0) < 5.0);
    CHECK(all_indices(order.batch(0)) != all_indices(order.batch(1)));
    CHECK(order.batch(1).num_samples() == 25);
}

TEST_CASE("a batch larger than the data is refused") {
    CHECK_THROWS_WITH_AS(BatchOrder(10, 11, Sampling::shuffled, 0),
                         "the batch size is 11: expected at most the 10 samples of the data set",
                         std::invalid_argument);
    CHECK(BatchOrder(10, 0, Sampling::shuffled, 0).is_full_batch());
    CHECK(BatchOrder(10, 10, Sampling::shuffled, 0).steps_per_epoch() == 1);
}

}  // namespace skein
