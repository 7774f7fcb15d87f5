// However samples come to a mini-batch, they are those that BatchOrder names: through a partition of the epoch, a window
// gathered ahead, or chunk by chunk.
#include "samples/sample_feed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <vector>

#include "skein/dataset.hpp"

namespace skein::internal {
namespace {

/// Sample i is (i, -i), with weight 2 i if weighted. Fails at one sample, if asked to.
template <class Scalar>
class Numbered final : public SampleSource<Scalar> {
public:
    Numbered(std::uint64_t num_samples, bool is_weighted) : num_samples_(num_samples), is_weighted_(is_weighted) {}
    std::atomic<std::uint64_t> failing = ~std::uint64_t{0};
    mutable std::atomic<std::uint64_t> num_gathered = 0;

    std::uint64_t num_samples() const noexcept override { return num_samples_; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        if (failing >= first && failing < first + count) throw std::runtime_error("unreadable");
        for (std::size_t at = 0; at < count; ++at) put(first + at, at, buffer);
        return {buffer.x, buffer.y, is_weighted_ ? buffer.sample_weight : nullptr, count};
    }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        num_gathered += indices.size();
        for (std::size_t at = 0; at < indices.size(); ++at) put(indices[at], at, buffer);
        return {buffer.x, buffer.y, is_weighted_ ? buffer.sample_weight : nullptr, indices.size()};
    }

private:
    void put(std::uint64_t index, std::size_t at, const SampleBuffer<Scalar>& buffer) const {
        buffer.x[at] = static_cast<Scalar>(index);
        buffer.y[at] = -static_cast<Scalar>(index);
        if (is_weighted_) buffer.sample_weight[at] = 2 * static_cast<Scalar>(index);
    }
    std::uint64_t num_samples_;
    bool is_weighted_;
};

/// Checks a batch, a chunk of 1,024 at a time, as BatchGradient takes it.
template <class Scalar>
void check_batch(SampleFeed<Scalar>& feed, const BatchOrder::Batch& batch, bool is_weighted) {
    std::vector<std::uint64_t> expected(1024), indices(1024);
    std::vector<Scalar> x(1024), y(1024), m(1024);
    REQUIRE(feed.prepare(batch));
    for (std::uint64_t first = 0; first < batch.num_samples(); first += 1024) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(1024, batch.num_samples() - first));
        batch.indices(first, {expected.data(), count});
        const MiniBatch<Scalar> samples =
            feed.samples(batch, first, {indices.data(), count}, {x.data(), y.data(), m.data()});
        REQUIRE(samples.num_samples == count);
        REQUIRE((samples.sample_weight != nullptr) == is_weighted);
        for (std::size_t at = 0; at < count; ++at) {
            const auto index = static_cast<Scalar>(expected[at]);
            REQUIRE(samples.x[at] == index);
            REQUIRE(samples.y[at] == -index);
            REQUIRE((!is_weighted || samples.sample_weight[at] == 2 * index));
        }
    }
}

template <class Scalar>
void check_feed(std::uint64_t num_samples, std::uint64_t batch_size, Sampling sampling, std::uint64_t scratch_bytes,
                std::initializer_list<std::uint64_t> steps, int num_threads) {
    CAPTURE(num_samples);
    CAPTURE(batch_size);
    CAPTURE(scratch_bytes);
    for (const bool is_weighted : {false, true}) {
        const Numbered<Scalar> source(num_samples, is_weighted);
        const BatchOrder order(num_samples, batch_size, sampling, 5);
        Execution execution;
        execution.num_threads = num_threads;
        execution.scratch_bytes = scratch_bytes;
        SampleFeed<Scalar> feed(source, order, ~std::uint64_t{0}, execution);
        for (const std::uint64_t step : steps) check_batch(feed, order.batch(step), is_weighted);
        const bool is_partitioned = sampling == Sampling::shuffled && scratch_bytes != 0 && num_samples >= 131072;
        CHECK((source.num_gathered == 0) == (is_partitioned || sampling == Sampling::sequential));
    }
}

}  // namespace

TEST_CASE("every way to a mini-batch gives the samples of its order, at any step") {
    for (const int num_threads : {1, 3}) {
        for (const std::uint64_t scratch : {std::uint64_t{0}, std::uint64_t{1} << 30}) {
            for (const std::uint64_t num_samples : {1u, 7u, 1000u, 1025u, 131'071u, 131'072u, 200'003u}) {
                const std::uint64_t batch = std::min<std::uint64_t>(num_samples, 1000);
                check_feed<double>(num_samples, batch, Sampling::shuffled, scratch, {0, 1, 2, 7, 3, 205, 1000},
                                   num_threads);
                check_feed<float>(num_samples, std::min<std::uint64_t>(num_samples, 33), Sampling::shuffled, scratch,
                                  {0, 1, 2, 3, 500, 501, 9999, 0}, num_threads);
            }
            check_feed<double>(200'003, 70'001, Sampling::shuffled, scratch, {0, 1, 2, 3, 4, 5}, num_threads);
            check_feed<double>(200'003, 200'003, Sampling::shuffled, scratch, {0, 1}, num_threads);
            check_feed<double>(100'000, 100, Sampling::with_replacement, scratch, {0, 1, 2, 5000}, num_threads);
            check_feed<double>(100'000, 100, Sampling::shuffled_blocks, scratch, {0, 1, 400, 999, 1000}, num_threads);
            check_feed<double>(100'000, 100, Sampling::sequential, scratch, {0, 999, 1000}, num_threads);
        }
    }
}

TEST_CASE("a source that fails in a partition is asked again, and then nothing is missing") {
    Numbered<double> source(200'003, false);
    const BatchOrder order(200'003, 1000, Sampling::shuffled, 5);
    SampleFeed<double> feed(source, order, 1000, Execution{});
    source.failing = 100'000;
    CHECK_THROWS_WITH_AS(feed.prepare(order.batch(0)), "unreadable", std::runtime_error);
    source.failing = ~std::uint64_t{0};
    for (const std::uint64_t step : {0u, 1u, 150u, 201u}) check_batch(feed, order.batch(step), false);
}

TEST_CASE("by default a few megabytes are free for a partition, and fewer bytes than it needs are not enough") {
    const BatchOrder order(200'003, 1000, Sampling::shuffled, 5);
    const std::uint64_t needed = EpochPartition<double>::bytes_for(200'003, 1000, false, 1);
    for (const std::optional<std::uint64_t> scratch_bytes :
         {std::optional<std::uint64_t>(), std::optional(needed), std::optional(needed - 1)}) {
        const Numbered<double> source(200'003, false);
        Execution execution{1, 0};
        execution.scratch_bytes = scratch_bytes;
        SampleFeed<double> feed(source, order, 1000, execution);
        check_batch(feed, order.batch(3), false);
        CHECK((source.num_gathered == 0) == (scratch_bytes != needed - 1));
    }
}

TEST_CASE("a short run is no reason to go through all samples") {
    const Numbered<double> source(200'003, false);
    const BatchOrder order(200'003, 1000, Sampling::shuffled, 5);
    SampleFeed<double> feed(source, order, 99, Execution{});
    check_batch(feed, order.batch(0), false);
    CHECK(source.num_gathered > 0);
}

}  // namespace skein::internal
