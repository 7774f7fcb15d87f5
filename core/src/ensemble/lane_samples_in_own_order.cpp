// LaneSamples where each lane has its own order.
#include <algorithm>

#include "ensemble/lane_samples.hpp"
#include "kernels/row_lanes.hpp"
#include "samples/network_shape.hpp"

namespace skein::internal {

template <class Scalar>
void LaneSamples<Scalar>::make_own_orders(std::size_t stride) {
    lane_seeds_.setZero(to_index(stride));
    lane_indices_.setZero(to_index(stride), to_index(kDrawnTogether));
    const bool replaces = order_.sampling() == Sampling::with_replacement;
    const bool is_small = order_.num_samples() <= kernels::kMaxShuffledSamples;
    is_drawn_ = has_table_ && (replaces || is_small);
    if (is_drawn_ && !replaces) {
        lane_tables_.resize(stride * static_cast<std::size_t>(order_.num_samples()));
    } else if (!is_drawn_) {
        lane_keys_.setZero(to_index(stride), to_index(kernels::kNetworkRounds));
    }
    if (is_drawn_ && !has_own_data_ && !is_weighted_) {
        for (Eigen::Index sample = 0; sample < to_index(order_.num_samples()); ++sample) {
            pairs_.push_back(table_(0, 3 * sample));
            pairs_.push_back(table_(0, 3 * sample + 1));
        }
    }
}

template <class Scalar>
kernels::LaneNetworks LaneSamples<Scalar>::networks(std::size_t num_lanes) noexcept {
    const NetworkShape shape(order_.num_samples());
    return {order_.num_samples(),
            shape.high_radix,
            shape.low_radix,
            lane_keys_.data(),
            kernels::to_whole_rows(num_lanes),
            static_cast<std::size_t>(lane_keys_.outerStride())};
}

/// From the table, by the indices that each lane's own order has at the same position: BatchOrder in lanes.
template <class Scalar>
void LaneSamples<Scalar>::gather_in_own_order(std::uint64_t step, std::uint64_t first, std::size_t count,
                                              std::size_t num_lanes) {
    chunk_ = 0;
    if (!is_drawn_) {
        return gather_by_networks(step, first, count, num_lanes);
    }
    const std::uint64_t position = position_in_run(step, first);
    if (position < gathered_first_ || position + count > gathered_end_) {
        gather_drawn(position, order_.batch_size(0) == 1 ? kDrawnAhead : count, num_lanes);
    }
    chunk_ = static_cast<std::size_t>(position - gathered_first_);
}

template <class Scalar>
void LaneSamples<Scalar>::gather_by_indices(const std::uint64_t* indices, std::size_t sample, std::size_t num_lanes) {
    for (Eigen::Index part = 0; part < (is_weighted_ ? 3 : 2); ++part) {
        Scalar* const to = gathered_.col(to_index(3 * sample) + part).data();
        const Scalar* const from = table_.data() + part * table_.outerStride();
        const auto distance = static_cast<std::size_t>(3 * table_.outerStride());
        for (std::size_t lane = 0; lane < num_lanes; ++lane) {
            to[lane] = from[indices[lane] * distance + (has_own_data_ ? lane : 0)];
        }
    }
}

template <class Scalar>
void LaneSamples<Scalar>::gather_by_networks(std::uint64_t step, std::uint64_t first, std::size_t count,
                                             std::size_t num_lanes) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    const kernels::LaneNetworks orders = networks(num_lanes);
    const std::uint64_t epoch = step / order_.steps_per_epoch();
    if (lane_epoch_ != epoch) {
        kernels.make_lane_keys(orders, lane_seeds_.data(), epoch);
        lane_epoch_ = epoch;
    }
    const std::uint64_t position = step % order_.steps_per_epoch() * order_.batch_size(0) + first;
    for (std::size_t sample = 0; sample < count; ++sample) {
        kernels.permute_in_lanes(orders, position + sample, lane_indices_.data());
        gather_by_indices(lane_indices_.data(), sample, num_lanes);
    }
}

template <class Scalar>
kernels::LaneOrders LaneSamples<Scalar>::orders(std::size_t num_lanes) noexcept {
    return {lane_seeds_.data(), kernels::to_whole_rows(num_lanes), order_.num_samples(),
            order_.sampling() == Sampling::with_replacement, lane_tables_.data()};
}

/// The tables stand at one position: going back means to draw the epoch again.
template <class Scalar>
void LaneSamples<Scalar>::move_tables(std::uint64_t position, std::size_t num_lanes) {
    if (lane_tables_.empty() || position == table_position_) {
        return;
    }
    const std::uint64_t epoch_begin = position - position % order_.num_samples();
    const std::uint64_t from =
        table_position_ > epoch_begin && table_position_ < position ? table_position_ : epoch_begin;
    kernels::kernel_table().draw_indices(orders(num_lanes), from, static_cast<std::size_t>(position - from), nullptr,
                                         0);
}

/// A step that is made again finds its samples still there.
template <class Scalar>
void LaneSamples<Scalar>::gather_drawn(std::uint64_t position, std::size_t count, std::size_t num_lanes) {
    move_tables(position, num_lanes);
    const auto stride = static_cast<std::size_t>(gathered_.outerStride());
    if (!pairs_.empty()) {
        kernels::kernels<Scalar>().draw_samples(orders(num_lanes), pairs_.data(), position, count, gathered_.data(),
                                                gathered_.data() + stride, 3 * stride);
    } else {
        for (std::size_t done = 0; done < count; done += kDrawnTogether) {
            const std::size_t part = std::min(kDrawnTogether, count - done);
            kernels::kernel_table().draw_indices(orders(num_lanes), position + done, part, lane_indices_.data(),
                                                 stride);
            for (std::size_t sample = 0; sample < part; ++sample) {
                gather_by_indices(lane_indices_.col(to_index(sample)).data(), done + sample, num_lanes);
            }
        }
    }
    gathered_first_ = position;
    gathered_end_ = table_position_ = position + count;
}

#define SKEIN_INSTANTIATE(Scalar)                                    \
    template void LaneSamples<Scalar>::make_own_orders(std::size_t); \
    template void LaneSamples<Scalar>::gather_in_own_order(std::uint64_t, std::uint64_t, std::size_t, std::size_t);
SKEIN_INSTANTIATE(float)
SKEIN_INSTANTIATE(double)
#undef SKEIN_INSTANTIATE

}  // namespace skein::internal
