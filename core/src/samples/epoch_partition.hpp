// The samples of a shuffled epoch, put in order in two passes through memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/eigen_core.hpp"
#include "base/parallel.hpp"
#include "skein/batch_order.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// Taking samples in a random order from memory costs a cache miss each: about 10 ns, whatever is prefetched. This reads
/// them in the order of the data set instead, and deals them out to buckets: bucket b has the samples of positions
/// [b 2^16, (b + 1) 2^16) of the epoch. Just before its turn, a bucket is put in order within the L2 cache. Both passes
/// together take 5 ns a sample (Zen 4, float, 10^7 samples), and all threads share them.
///
/// Where a sample goes depends on its position in the epoch only: neither threads nor their timing change a bit.
template <class Scalar>
class EpochPartition {
public:
    static constexpr std::uint64_t kBucketSamples = 65536;
    /// More buckets than this, 2^27 samples, would push their staging areas out of the L2 cache.
    static constexpr std::uint64_t kMaxBuckets = 2048;

    /// For epochs of `num_samples` in batches of at most `max_batch`.
    static std::uint64_t bytes_for(std::uint64_t num_samples, std::uint64_t max_batch, bool is_weighted,
                                   int num_threads);

    /// `num_samples` is beyond Permutation::kMaxShuffled, and at most kMaxBuckets buckets.
    EpochPartition(const SampleSource<Scalar>& source, std::uint64_t max_batch, std::uint64_t seed, bool is_weighted,
                   int num_threads);

    /// Puts positions [first, first + count) of an epoch in order. Returns false after a stop request.
    bool prepare(std::uint64_t epoch, std::uint64_t first, std::uint64_t count, const std::atomic<bool>* stop);

    /// Samples at positions [first, first + count), which are prepared: in memory of its own or, where that is in two
    /// pieces, in `buffer`.
    MiniBatch<Scalar> samples(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const;

    /// Samples from position `first`, which is prepared, on: as many as are prepared and lie in one piece. Without
    /// their weights.
    MiniBatch<Scalar> samples_on(std::uint64_t first) const;

private:
    static constexpr std::size_t kStaged = 32;   // records that go to a bucket together: at least four lines
    static constexpr std::size_t kPiece = 4096;  // samples that a thread deals out at a time
    static constexpr std::uint64_t kNone = ~std::uint64_t{0};

    /// Records on their way from one thread to the buckets.
    struct Staging {
        Staging(std::uint64_t num_buckets, std::size_t num_columns);
        Column<Scalar> records;                // [columns x staged x buckets]
        Column<std::uint16_t> slots;           // [staged x buckets]
        std::vector<std::uint32_t> counts;     // [buckets]
        Columns<Scalar> samples;               // [piece x 3], for sources that have no columns of their own
        std::vector<std::uint32_t> positions;  // [piece]
    };

    /// How many records a bucket has. On a line of its own: threads that count in one line slow each other down.
    struct alignas(64) Cursor {
        std::atomic<std::uint32_t> count;
    };

    bool deal_out(std::uint64_t epoch, const std::atomic<bool>* stop);
    template <std::size_t num_columns>
    void stage(Staging& staging, const MiniBatch<Scalar>& samples);
    void send(Staging& staging, std::uint32_t bucket);
    void send_rest(Staging& staging);
    void place(std::uint64_t first_bucket, std::uint64_t end_bucket);
    template <std::size_t num_columns>
    void place_records(std::uint64_t first, std::size_t count);

    const SampleSource<Scalar>& source_;
    std::uint64_t num_samples_;
    std::uint64_t num_buckets_;
    std::uint64_t num_placed_;  // buckets that `placed_` has room for
    std::uint64_t seed_;
    std::size_t num_columns_;  // x, y and, if samples are weighted, m
    int num_threads_;
    ShortRegions regions_;  // in which buckets are put in order

    Column<Scalar> records_;             // [columns x samples], bucket after bucket
    Column<std::uint16_t> slots_;        // [samples]: where in its bucket's range a record goes
    std::unique_ptr<Cursor[]> cursors_;  // [buckets]
    std::vector<Staging> staging_;       // [threads]

    Columns<Scalar> placed_;  // [bucket samples x placed buckets, columns]: bucket b is piece b % num_placed_
    std::uint64_t epoch_ = kNone;
    std::uint64_t first_placed_ = 0, end_placed_ = 0;
};

}  // namespace skein::internal
