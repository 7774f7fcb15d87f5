#include "samples/epoch_partition.hpp"

#include <algorithm>
#include <cstring>

#include "base/huge_pages.hpp"
#include "base/parallel.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "base/streaming_copy.hpp"

namespace skein::internal {
namespace {

/// Buckets that a batch of at most `max_batch` lies in.
std::uint64_t buckets_of_batch(std::uint64_t max_batch, std::uint64_t bucket, std::uint64_t num_buckets) {
    return std::min(num_buckets, divided_up(max_batch, bucket) + 1);
}

}  // namespace

template <class Scalar>
std::uint64_t EpochPartition<Scalar>::bytes_for(std::uint64_t num_samples, std::uint64_t max_batch, bool is_weighted,
                                                int num_threads) {
    const std::uint64_t record = (is_weighted ? 3 : 2) * sizeof(Scalar), slot = sizeof(std::uint16_t);
    const std::uint64_t num_buckets = divided_up(num_samples, kBucketSamples);
    return num_samples * (record + slot) +
           buckets_of_batch(max_batch, kBucketSamples, num_buckets) * kBucketSamples * record +
           static_cast<std::uint64_t>(num_threads) * num_buckets * kStaged * (record + slot);
}

template <class Scalar>
EpochPartition<Scalar>::Staging::Staging(std::uint64_t num_buckets, std::size_t num_columns)
    : records(to_index(num_buckets * kStaged * num_columns)),
      slots(to_index(num_buckets * kStaged)),
      counts(num_buckets),
      samples(to_index(kPiece), 3),
      positions(kPiece) {}

template <class Scalar>
EpochPartition<Scalar>::EpochPartition(const SampleSource<Scalar>& source, std::uint64_t max_batch, std::uint64_t seed,
                                       bool is_weighted, int num_threads)
    : source_(source),
      num_samples_(source.num_samples()),
      num_buckets_(divided_up(num_samples_, kBucketSamples)),
      num_placed_(buckets_of_batch(max_batch, kBucketSamples, num_buckets_)),
      seed_(seed),
      num_columns_(is_weighted ? 3 : 2),
      num_threads_(num_threads),
      records_(to_index(num_samples_ * num_columns_)),
      slots_(to_index(num_samples_)),
      cursors_(new Cursor[num_buckets_]),
      placed_(to_index(num_placed_ * kBucketSamples), to_index(num_columns_)) {
    prefer_huge_pages(records_.data(), static_cast<std::size_t>(records_.size()) * sizeof(Scalar));
    prefer_huge_pages(slots_.data(), static_cast<std::size_t>(slots_.size()) * sizeof(std::uint16_t));
    prefer_huge_pages(placed_.data(), static_cast<std::size_t>(placed_.size()) * sizeof(Scalar));
    staging_.reserve(static_cast<std::size_t>(num_threads));
    for (int thread = 0; thread < num_threads; ++thread) {
        staging_.emplace_back(num_buckets_, num_columns_);
    }
}

/// Records of one bucket to the end of what is there. Full stages are whole lines, and begin at lines.
template <class Scalar>
void EpochPartition<Scalar>::send(Staging& staging, std::uint32_t bucket) {
    const std::uint32_t at = cursors_[bucket].count.fetch_add(kStaged, std::memory_order_relaxed);
    const std::size_t to = bucket * kBucketSamples + at, from = bucket * kStaged;
    streaming_copy(records_.data() + to * num_columns_, staging.records.data() + from * num_columns_,
                   kStaged * num_columns_ * sizeof(Scalar));
    streaming_copy(slots_.data() + to, staging.slots.data() + from, kStaged * sizeof(std::uint16_t));
    staging.counts[bucket] = 0;
}

template <class Scalar>
void EpochPartition<Scalar>::send_rest(Staging& staging) {
    for (std::size_t bucket = 0; bucket < num_buckets_; ++bucket) {
        const std::uint32_t count = staging.counts[bucket];
        const std::uint32_t at = cursors_[bucket].count.fetch_add(count, std::memory_order_relaxed);
        const std::size_t to = bucket * kBucketSamples + at, from = bucket * kStaged;
        std::memcpy(records_.data() + to * num_columns_, staging.records.data() + from * num_columns_,
                    count * num_columns_ * sizeof(Scalar));
        std::memcpy(slots_.data() + to, staging.slots.data() + from, count * sizeof(std::uint16_t));
        staging.counts[bucket] = 0;
    }
}

template <class Scalar>
template <std::size_t num_columns>
void EpochPartition<Scalar>::stage(Staging& staging, const MiniBatch<Scalar>& samples) {
    for (std::size_t sample = 0; sample < samples.num_samples; ++sample) {
        const std::uint32_t position = staging.positions[sample];
        const std::uint32_t bucket = position / kBucketSamples;
        const std::size_t at = bucket * kStaged + staging.counts[bucket];
        Scalar* const record = staging.records.data() + at * num_columns;
        record[0] = samples.x[sample];
        record[1] = samples.y[sample];
        if constexpr (num_columns == 3) {
            record[2] = samples.sample_weight[sample];
        }
        staging.slots.data()[at] = static_cast<std::uint16_t>(position % kBucketSamples);
        if (++staging.counts[bucket] == kStaged) {
            send(staging, bucket);
        }
    }
}

template <class Scalar>
bool EpochPartition<Scalar>::deal_out(std::uint64_t epoch, const std::atomic<bool>* stop) {
    const Permutation permutation(num_samples_, seed_, random::Stream::epoch_order, epoch);
    for (std::uint64_t bucket = 0; bucket < num_buckets_; ++bucket) {
        cursors_[bucket].count.store(0, std::memory_order_relaxed);
    }
    for (Staging& staging : staging_) {
        std::ranges::fill(staging.counts, 0);  // a source that threw may have left some
    }
    std::atomic<bool> is_given_up{false};
    for_each_chunk(divided_up(num_samples_, std::uint64_t{kPiece}), num_threads_, [&](std::size_t piece, int thread) {
        if (is_requested(stop)) {
            is_given_up.store(true, std::memory_order_relaxed);
            return;
        }
        Staging& staging = staging_[static_cast<std::size_t>(thread)];
        const std::uint64_t first = piece * kPiece;
        const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, num_samples_ - first));
        const MiniBatch<Scalar> samples = source_.range(
            first, count,
            {staging.samples.col(0).data(), staging.samples.col(1).data(), staging.samples.col(2).data()});
        permutation.positions(first, {staging.positions.data(), count});
        num_columns_ == 2 ? stage<2>(staging, samples) : stage<3>(staging, samples);
        finish_streaming();
    });
    for (Staging& staging : staging_) {
        send_rest(staging);
    }
    return !is_given_up.load();
}

/// Records [first, first + count), all of one bucket, to their slots.
template <class Scalar>
template <std::size_t num_columns>
void EpochPartition<Scalar>::place_records(std::uint64_t first, std::size_t count) {
    const std::uint64_t piece = first / kBucketSamples % num_placed_ * kBucketSamples;
    const Scalar* const records = records_.data() + first * num_columns;
    const std::uint16_t* const slots = slots_.data() + first;
    Scalar* const x = placed_.col(0).data() + piece;
    Scalar* const y = placed_.col(1).data() + piece;
    Scalar* const m = num_columns == 3 ? placed_.col(to_index(num_columns - 1)).data() + piece : nullptr;
    for (std::size_t record = 0; record < count; ++record) {
        x[slots[record]] = records[record * num_columns];
        y[slots[record]] = records[record * num_columns + 1];
        if constexpr (num_columns == 3) {
            m[slots[record]] = records[record * num_columns + 2];
        }
    }
}

template <class Scalar>
void EpochPartition<Scalar>::place(std::uint64_t first_bucket, std::uint64_t end_bucket) {
    constexpr std::uint64_t kShare = 16384;  // records: 20 microseconds of work or more
    const std::uint64_t begin = first_bucket * kBucketSamples;
    const std::uint64_t end = std::min(num_samples_, end_bucket * kBucketSamples);
    regions_.for_each_chunk(divided_up(end - begin, kShare), num_threads_, [&](std::size_t share, int) {
        const std::uint64_t first = begin + share * kShare;
        const auto count = static_cast<std::size_t>(std::min(kShare, end - first));
        num_columns_ == 2 ? place_records<2>(first, count) : place_records<3>(first, count);
    });
}

template <class Scalar>
bool EpochPartition<Scalar>::prepare(std::uint64_t epoch, std::uint64_t first, std::uint64_t count,
                                     const std::atomic<bool>* stop) {
    if (epoch != epoch_) {
        epoch_ = kNone;
        first_placed_ = end_placed_ = 0;
        if (!deal_out(epoch, stop)) {
            return false;
        }
        epoch_ = epoch;
    }
    const std::uint64_t first_bucket = first / kBucketSamples;
    const std::uint64_t end_bucket = (first + count - 1) / kBucketSamples + 1;
    if (first_bucket < first_placed_ || first_bucket > end_placed_) {
        first_placed_ = end_placed_ = first_bucket;
    }
    if (end_bucket > end_placed_) {
        place(end_placed_, end_bucket);
        end_placed_ = end_bucket;
        first_placed_ = std::max(first_placed_, end_placed_ - std::min(end_placed_, num_placed_));
    }
    return true;
}

template <class Scalar>
MiniBatch<Scalar> EpochPartition<Scalar>::samples(std::uint64_t first, std::size_t count,
                                                  const SampleBuffer<Scalar>& buffer) const {
    const std::uint64_t room = num_placed_ * kBucketSamples, at = first % room;
    const auto column = [&](std::size_t index) { return placed_.col(to_index(index)).data(); };
    const bool is_weighted = num_columns_ == 3;
    if (at + count <= room) {
        return {column(0) + at, column(1) + at, is_weighted ? column(2) + at : nullptr, count};
    }
    const auto until_wrap = static_cast<std::size_t>(room - at);
    Scalar* const to[] = {buffer.x, buffer.y, buffer.sample_weight};
    for (std::size_t index = 0; index < num_columns_; ++index) {
        std::copy_n(column(index) + at, until_wrap, to[index]);
        std::copy_n(column(index), count - until_wrap, to[index] + until_wrap);
    }
    return {buffer.x, buffer.y, is_weighted ? buffer.sample_weight : nullptr, count};
}

template <class Scalar>
MiniBatch<Scalar> EpochPartition<Scalar>::samples_on(std::uint64_t first) const {
    const std::uint64_t room = num_placed_ * kBucketSamples, at = first % room;
    const std::uint64_t end = std::min(num_samples_, end_placed_ * kBucketSamples);
    return {placed_.col(0).data() + at, placed_.col(1).data() + at, nullptr,
            static_cast<std::size_t>(std::min(room - at, end - first))};
}

template class EpochPartition<float>;
template class EpochPartition<double>;

}  // namespace skein::internal
