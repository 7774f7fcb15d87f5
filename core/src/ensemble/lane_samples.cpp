#include "ensemble/lane_samples.hpp"

#include <algorithm>
#include <limits>

#include "kernels/row_lanes.hpp"
#include "skein/gradient.hpp"

namespace skein::internal {
namespace {

constexpr std::uint64_t kEndlessEpoch = std::numeric_limits<std::uint64_t>::max();

/// Samples per lane that a table holds at most: 3 MiB for 256 lanes of floats.
constexpr std::uint64_t kMaxOwnTable = 1024;
constexpr std::uint64_t kMaxSharedTable = 65536;

}  // namespace

template <class Scalar>
LaneSamples<Scalar>::LaneSamples(std::span<const Dataset<Scalar>> data, const BatchOrder& order,
                                 std::span<const std::uint64_t> seeds, std::size_t tile_lanes, std::size_t stride)
    : data_(data),
      order_(order),
      seeds_(seeds),
      has_own_data_(data.size() > 1),
      has_own_order_(!seeds.empty() && order.sampling() != Sampling::sequential),
      has_table_(order.num_samples() <= (has_own_data_ ? kMaxOwnTable : kMaxSharedTable) &&
                 !(has_own_order_ && order.sampling() == Sampling::shuffled_blocks)),
      mode_(has_own_order_   ? Mode::gathered
            : !has_own_data_ ? Mode::window
            : has_table_     ? Mode::table
                             : Mode::gathered),
      lanes_(tile_lanes),
      buffer_(to_index(kChunkSamples), 3) {
    if (data.empty()) {
        return;  // nobody asks for samples
    }
    const auto batch_samples = static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSamples, order.batch_size(0)));
    const std::size_t num_chunk_samples = batch_samples == 1 ? kDrawnAhead : batch_samples;
    for (const Dataset<Scalar>& dataset : data) {
        is_weighted_ |= dataset.source().range(0, 1, buffer()).sample_weight != nullptr;
    }
    if (mode_ == Mode::gathered) {
        gathered_.resize(to_index(stride), to_index(3 * num_chunk_samples));
        gathered_.setZero();
    }
    if (mode_ == Mode::window) {
        return;
    }
    if (has_table_) {
        table_.resize(to_index(has_own_data_ ? stride : 1), to_index(3 * order.num_samples()));
        table_.setZero();
    }
    if (!has_own_data_ && has_table_) {
        fill_table(1);
    }
    if (has_own_order_ && has_table_) {
        make_own_orders(stride);
    }
}

template <class Scalar>
void LaneSamples<Scalar>::make_own_orders(std::size_t stride) {
    own_orders_.emplace(order_, seeds_, stride);
    lane_indices_.setZero(to_index(stride), to_index(kDrawnTogether));
    if (own_orders_->is_drawn() && !has_own_data_ && !is_weighted_) {
        for (Eigen::Index sample = 0; sample < to_index(order_.num_samples()); ++sample) {
            pairs_.push_back(table_(0, 3 * sample));
            pairs_.push_back(table_(0, 3 * sample + 1));
        }
    }
}

template <class Scalar>
void LaneSamples<Scalar>::put(Columns<Scalar>& array, std::size_t lane, std::size_t sample,
                              const MiniBatch<Scalar>& from, std::size_t position) const {
    const Eigen::Index row = to_index(lane), column = to_index(3 * sample);
    array(row, column) = from.x[position];
    array(row, column + 1) = from.y[position];
    array(row, column + 2) = from.sample_weight == nullptr ? Scalar(1) : from.sample_weight[position];
}

template <class Scalar>
void LaneSamples<Scalar>::fill_table(std::size_t num_lanes) {
    const std::size_t num_samples = static_cast<std::size_t>(order_.num_samples());
    for (std::size_t first = 0; first < num_samples; first += kChunkSamples) {
        const std::size_t count = std::min(kChunkSamples, num_samples - first);
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            const MiniBatch<Scalar> samples = dataset(lane).source().range(first, count, buffer());
            for (std::size_t position = 0; position < count; ++position) {
                put(table_, lane, first + position, samples, position);
            }
        }
    }
}

template <class Scalar>
void LaneSamples<Scalar>::begin_tile(std::size_t first_lane, std::size_t num_lanes) {
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        lanes_[lane] = first_lane + lane;
    }
    gathered_first_ = gathered_end_ = 0;
    if (own_orders_) {
        own_orders_->begin_tile(first_lane, num_lanes);
    }
    if (has_own_data_ && has_table_) {
        fill_table(num_lanes);
    }
}

template <class Scalar>
void LaneSamples<Scalar>::move_lane(std::size_t from, std::size_t to) {
    lanes_[to] = lanes_[from];
    if (own_orders_) {
        own_orders_->move_lane(from, to);
        gathered_.row(to_index(to)) = gathered_.row(to_index(from));
    }
    if (has_own_data_ && has_table_) {
        table_.row(to_index(to)) = table_.row(to_index(from));
    }
}

template <class Scalar>
std::uint64_t LaneSamples<Scalar>::position_in_run(std::uint64_t step, std::uint64_t first) const noexcept {
    if (order_.is_full_batch() && order_.sampling() == Sampling::sequential) {
        return first;  // all steps see the same
    }
    if (order_.sampling() == Sampling::with_replacement) {
        return step * order_.batch_size(0) + first;
    }
    const std::uint64_t epoch = step / order_.steps_per_epoch();
    return epoch * order_.num_samples() + step % order_.steps_per_epoch() * order_.batch_size(0) + first;
}

template <class Scalar>
void LaneSamples<Scalar>::append_to_window(const BatchOrder::Batch& batch, std::uint64_t first, std::size_t count) {
    const std::size_t begin = indices_.size();
    indices_.resize(begin + count);
    const std::span<std::uint64_t> indices(indices_.data() + begin, count);
    batch.indices(first, indices);
    if (mode_ != Mode::window) {
        return;
    }
    for (std::size_t done = 0; done < count; done += kChunkSamples) {
        const std::size_t part = std::min(kChunkSamples, count - done);
        const MiniBatch<Scalar> samples = batch.is_range()
                                              ? data_[0].source().range(indices[done], part, buffer())
                                              : data_[0].source().gather(indices.subspan(done, part), buffer());
        const std::size_t to = begin + done;
        std::copy_n(samples.x, part, window_.col(0).data() + to);
        std::copy_n(samples.y, part, window_.col(1).data() + to);
        if (is_weighted_) {
            std::copy_n(samples.sample_weight, part, window_.col(2).data() + to);
        }
    }
}

/// The window grows as the run goes on, doubling, so that a short run takes and fills no more memory than it needs;
/// when it is full it begins anew. The next tile finds it filled where the run fits in.
template <class Scalar>
void LaneSamples<Scalar>::extend_window(std::uint64_t position, std::size_t count) {
    if (position < window_first_ || position > window_end_ || position + count - window_first_ > kWindowSamples) {
        indices_.clear();
        window_first_ = window_end_ = position;
    }
    const std::size_t needed = static_cast<std::size_t>(position + count - window_end_);
    const std::size_t wanted =
        std::min(kWindowSamples - indices_.size(), std::max({needed, kChunkSamples / 8, indices_.size()}));
    const std::size_t end = indices_.size() + wanted;
    if (mode_ == Mode::window && to_index(end) > window_.rows()) {
        window_.conservativeResize(to_index(end), 3);
    }
    const bool has_epochs = order_.sampling() != Sampling::with_replacement;
    const std::uint64_t batch_size = order_.batch_size(0);
    while (indices_.size() < end) {
        const std::uint64_t at = window_first_ + indices_.size();
        const std::uint64_t in_epoch = has_epochs ? at % order_.num_samples() : at;
        const std::uint64_t epoch = has_epochs ? at / order_.num_samples() : 0;
        const std::uint64_t epoch_rest = has_epochs ? order_.num_samples() - in_epoch : kEndlessEpoch;
        append_to_window(order_.batch(epoch * order_.steps_per_epoch() + in_epoch / batch_size), in_epoch % batch_size,
                         static_cast<std::size_t>(std::min<std::uint64_t>(end - indices_.size(), epoch_rest)));
    }
    window_end_ = window_first_ + indices_.size();
}

/// The order of a lane's samples, alone.
template <class Scalar>
BatchOrder LaneSamples<Scalar>::order_of(std::size_t lane) const {
    return has_own_order_
               ? BatchOrder(order_.num_samples(), order_.batch_size(0), order_.sampling(), seeds_[lanes_[lane]])
               : order_;
}

/// Data sets too large for a table: each lane asks its source for its own samples.
template <class Scalar>
void LaneSamples<Scalar>::gather_from_sources(std::uint64_t step, std::uint64_t first, std::size_t count,
                                              std::size_t num_lanes) {
    chunk_ = 0;
    indices_.resize(count);
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        order_of(lane).batch(step).indices(first, indices_);
        const MiniBatch<Scalar> samples = dataset(lane).source().gather(indices_, buffer());
        for (std::size_t sample = 0; sample < count; ++sample) {
            put(gathered_, lane, sample, samples, sample);
        }
    }
}

/// Steps of one sample draw ahead: a step that is made again finds its samples still there.
template <class Scalar>
void LaneSamples<Scalar>::gather_in_own_order(std::uint64_t position, std::size_t count, std::size_t num_lanes) {
    if (position < gathered_first_ || position + count > gathered_end_) {
        const std::size_t wanted = own_orders_->is_drawn() && order_.batch_size(0) == 1 ? max_gathered() : count;
        gather_from_table(position, wanted, num_lanes);
        gathered_first_ = position;
        gathered_end_ = position + wanted;
    }
    chunk_ = static_cast<std::size_t>(position - gathered_first_);
}

template <class Scalar>
void LaneSamples<Scalar>::gather_from_table(std::uint64_t position, std::size_t count, std::size_t num_lanes) {
    if (!pairs_.empty()) {
        return kernels::kernels<Scalar>().draw_samples(own_orders_->drawn_at(position, count, num_lanes), pairs_.data(),
                                                       position, count, gathered_.col(0).data(),
                                                       gathered_.col(1).data(), sample_distance());
    }
    const auto stride = static_cast<std::size_t>(lane_indices_.outerStride());
    const auto distance = static_cast<std::size_t>(3 * table_.outerStride());
    for (std::size_t sample = 0; sample < count; ++sample) {
        const std::size_t place = sample % kDrawnTogether;
        if (place == 0) {
            own_orders_->find(position + sample, std::min(kDrawnTogether, count - sample), num_lanes,
                              lane_indices_.data(), stride);
        }
        const std::uint64_t* const indices = lane_indices_.col(to_index(place)).data();
        for (Eigen::Index part = 0; part < (is_weighted_ ? 3 : 2); ++part) {
            Scalar* const to = gathered_.col(to_index(3 * sample) + part).data();
            const Scalar* const from = table_.data() + part * table_.outerStride();
            for (std::size_t lane = 0; lane < num_lanes; ++lane) {
                to[lane] = from[indices[lane] * distance + (has_own_data_ ? lane : 0)];
            }
        }
    }
}

template <class Scalar>
void LaneSamples<Scalar>::begin_chunk(std::uint64_t step, std::uint64_t first, std::size_t count,
                                      std::size_t num_lanes) {
    if (mode_ == Mode::gathered) {
        return has_table_ ? gather_in_own_order(position_in_run(step, first), count, num_lanes)
                          : gather_from_sources(step, first, count, num_lanes);
    }
    const std::uint64_t position = position_in_run(step, first);
    if (position < window_first_ || position + count > window_end_) {
        extend_window(position, count);
    }
    chunk_ = static_cast<std::size_t>(position - window_first_);
}

template <class Scalar>
typename LaneSamples<Scalar>::Sample LaneSamples<Scalar>::sample(std::size_t position) const noexcept {
    if (mode_ == Mode::window) {
        const std::size_t at = chunk_ + position;
        return {window_.col(0).data() + at, window_.col(1).data() + at,
                is_weighted_ ? window_.col(2).data() + at : nullptr, false};
    }
    const Columns<Scalar>& array = mode_ == Mode::table ? table_ : gathered_;
    const std::size_t sample =
        mode_ == Mode::table ? static_cast<std::size_t>(indices_[chunk_ + position]) : chunk_ + position;
    const Scalar* const x = array.data() + to_index(3 * sample) * array.outerStride();
    return {x, x + array.outerStride(), is_weighted_ ? x + 2 * array.outerStride() : nullptr, true};
}

template class LaneSamples<float>;
template class LaneSamples<double>;

}  // namespace skein::internal
