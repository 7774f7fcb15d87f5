// Orders of lanes, each of a seed of its own, against the rule written out plainly.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "ensemble/lane_samples.hpp"
#include "skein/dataset.hpp"
#include "skein/ensemble_trainer.hpp"
#include "skein/random.hpp"
#include "skein/trainer.hpp"
#include "support/ensemble_cases.hpp"

namespace skein::test {
using namespace internal;

namespace {

__extension__ using Wide = unsigned __int128;

/// An epoch of at most 1,024 samples: Fisher and Yates' shuffle. Of at most 8 samples its draws are the digits of a
/// fraction of 64 bits, else a word each.
std::vector<std::uint64_t> plain_shuffle(std::uint64_t seed, std::uint64_t epoch, std::uint64_t n) {
    std::vector<std::uint64_t> table(n);
    std::iota(table.begin(), table.end(), std::uint64_t{0});
    const random::Block first = random::block(seed, random::Stream::epoch_order, epoch * 256);
    std::uint64_t fraction = first[0] | static_cast<std::uint64_t>(first[1]) << 32;
    for (std::uint64_t i = 0; i + 1 < n; ++i) {
        if (n <= 8) {
            const Wide product = Wide{fraction} * (n - i);
            fraction = static_cast<std::uint64_t>(product);
            std::swap(table[i], table[i + static_cast<std::uint64_t>(product >> 64)]);
        } else {
            const std::uint64_t word = random::block(seed, random::Stream::epoch_order, epoch * 256 + i / 4)[i % 4];
            std::swap(table[i], table[i + (word * (n - i) >> 32)]);
        }
    }
    return table;
}

std::uint64_t plain_draw(std::uint64_t seed, std::uint64_t index, std::uint64_t n) {
    return random::block(seed, random::Stream::replacement, index / 4)[index % 4] * n >> 32;
}

/// What is at each position of an order. Shuffles are kept: a mini-batch has many positions of one epoch.
class PlainOrders {
public:
    PlainOrders(Sampling sampling, std::uint64_t n) : sampling_(sampling), n_(n) {}
    std::uint64_t index(std::uint64_t seed, std::uint64_t position) {
        if (sampling_ == Sampling::with_replacement) {
            return plain_draw(seed, position, n_);
        }
        std::vector<std::uint64_t>& shuffle = shuffles_[{seed, position / n_}];
        if (shuffle.empty()) {
            shuffle = plain_shuffle(seed, position / n_, n_);
        }
        return shuffle[position % n_];
    }

private:
    Sampling sampling_;
    std::uint64_t n_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::uint64_t>> shuffles_;  // of seed and epoch
};

/// Sample i is (i, -i), so that what a lane sees tells its index.
Dataset<float> numbered_data(std::uint64_t n, bool weighted) {
    std::vector<float> x(n), y(n), m(n, 1.0f);
    for (std::uint64_t sample = 0; sample < n; ++sample) {
        x[sample] = static_cast<float>(sample);
        y[sample] = -x[sample];
    }
    return weighted ? Dataset<float>(x, y, m) : Dataset<float>(x, y);
}

struct Orders {
    std::uint64_t batch_size;
    PlainOrders plain;
    std::vector<std::uint64_t> seeds;
    std::vector<Dataset<float>> data;
    std::size_t stride;
    LaneSamples<float> samples;

    Orders(std::uint64_t n, std::uint64_t the_batch_size, Sampling sampling, std::size_t num_lanes, bool weighted)
        : batch_size(the_batch_size),
          plain(sampling, n),
          seeds(num_lanes),
          data{numbered_data(n, weighted)},
          stride((num_lanes + 15) / 16 * 16 + 16),
          samples(data, BatchOrder(n, batch_size, sampling, 0), (fill_seeds(), seeds), stride - 16, stride) {
        samples.begin_tile(0, num_lanes);
    }
    void fill_seeds() {
        for (std::size_t lane = 0; lane < seeds.size(); ++lane) {
            seeds[lane] = lane * 7919 + (lane % 3 << 40);
        }
    }

    /// Position `first` on of the mini-batch of a step.
    bool is_right(std::uint64_t step, std::size_t count) {
        samples.begin_chunk(step, 0, count, seeds.size());
        bool is_right = true;
        for (std::size_t index = 0; index < count; ++index) {
            const auto sample = samples.sample(index);
            for (std::size_t lane = 0; lane < seeds.size(); ++lane) {
                const auto expected = static_cast<float>(plain.index(seeds[lane], step * batch_size + index));
                is_right = is_right && sample.is_per_lane && sample.x[lane] == expected && sample.y[lane] == -expected;
            }
        }
        return is_right;
    }
};

}  // namespace

TEST_CASE("lanes with orders of their own go through shuffles, whatever their size") {
    for (const std::uint64_t n :
         {1u, 2u, 3u, 5u, 7u, 8u, 9u, 10u, 12u, 15u, 16u, 17u, 63u, 64u, 65u, 255u, 256u, 257u, 1023u, 1024u}) {
        CAPTURE(n);
        Orders orders(n, 1, Sampling::shuffled, 17, false);
        for (std::uint64_t step = 0; step < std::min<std::uint64_t>(3 * n, 60); ++step) {
            REQUIRE(orders.is_right(step, 1));
        }
        for (const std::uint64_t step : {n - 1, n, 2 * n - 1, 2 * n + n / 2, n / 3}) {  // forward, and back
            REQUIRE(orders.is_right(step, 1));
        }
    }
}

TEST_CASE("lanes with orders of their own draw with replacement from all words of a block") {
    for (const std::uint64_t n : {1u, 7u, 1000u, 5000u}) {
        CAPTURE(n);
        Orders orders(n, 1, Sampling::with_replacement, 33, false);
        for (const std::uint64_t step : {0u, 1u, 2u, 3u, 4u, 5u, 23u, 24u, 25u, 1001u, 1002u, 10u, 0u}) {
            REQUIRE(orders.is_right(step, 1));
        }
    }
}

TEST_CASE("mini-batches of lanes with orders of their own, also with weights") {
    for (const bool weighted : {false, true}) {
        for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement}) {
            for (const std::uint64_t n : {6u, 8u, 60u, 1020u}) {
                Orders orders(n, n / 2, sampling, 20, weighted);
                for (const std::uint64_t step : {0u, 1u, 2u, 3u, 7u, 4u, 5u}) {
                    REQUIRE(orders.is_right(step, static_cast<std::size_t>(n / 2)));
                }
            }
        }
    }
}

TEST_CASE("a lane that takes another's place takes its order with it") {
    for (const std::uint64_t n : {8u, 40u}) {
        Orders orders(n, 1, Sampling::shuffled, 40, false);
        for (std::uint64_t step = 0; step < 3 * n; ++step) {
            REQUIRE(orders.is_right(step, 1));
            if (step % 5 == 2) {
                const std::size_t last = orders.seeds.size() - 1, to = step % last;
                orders.samples.move_lane(last, to);
                orders.seeds[to] = orders.seeds[last];
                orders.seeds.pop_back();
            }
        }
    }
}

/// The samples in the order of the run, as a data set that is gone through from its beginning.
TEST_CASE_TEMPLATE("lanes with orders of their own train on them", Scalar, float, double) {
    for (const std::uint64_t n : {1u, 5u, 8u, 9u, 100u}) {
        for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement}) {
            CAPTURE(n);
            constexpr std::size_t kNumLanes = 37, kNumLayers = 3;
            constexpr std::uint64_t kNumSteps = 77;
            Choices choose(n);
            std::vector<Scalar> x(n), y(n), weights(kNumLanes * kNumLayers);
            for (std::vector<Scalar>* const numbers : {&x, &y, &weights}) {
                std::ranges::generate(*numbers, [&] { return static_cast<Scalar>(choose.uniform_in(-1.5, 1.5)); });
            }
            EnsembleSettings settings;
            settings.common.batch_size = 1;
            settings.common.sampling = sampling;
            settings.common.learning_rates = {0.1};
            settings.common.stop.max_steps = kNumSteps;
            settings.seeds.resize(kNumLanes);
            std::iota(settings.seeds.begin(), settings.seeds.end(), 3u);
            const Ensemble<Scalar> start(kNumLanes, kNumLayers, weights);
            Ensemble<Scalar> end = start;
            const EnsembleOutcome outcome = train(end, Dataset<Scalar>(x, y), settings);
            PlainOrders plain(sampling, n);
            for (std::size_t lane = 0; lane < kNumLanes; ++lane) {
                std::vector<Scalar> run_x, run_y;
                for (std::uint64_t step = 0; step < kNumSteps; ++step) {
                    const std::uint64_t index = plain.index(settings.seeds[lane], step);
                    run_x.push_back(x[index]);
                    run_y.push_back(y[index]);
                }
                TrainingSettings alone = lane_settings(settings, lane, kNumLanes);
                alone.sampling = Sampling::sequential;
                TrainingState<Scalar> state(start.chain(lane));
                LossMeasures<Scalar> measures(std::nullopt, {});
                Observer<Scalar>* const observers[] = {&measures};
                train<Scalar>(state, Dataset<Scalar>(run_x, run_y), alone, observers);
                CHECK(std::ranges::equal(state.chain.weights(), end.chain(lane).weights()));
                CHECK(same(outcome.normalised_loss_sum[lane], measures.normalised_sum()));
            }
        }
    }
}

}  // namespace skein::test
