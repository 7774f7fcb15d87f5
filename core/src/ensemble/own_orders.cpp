#include "ensemble/own_orders.hpp"

#include "kernels/row_lanes.hpp"
#include "samples/network_shape.hpp"

namespace skein::internal {

OwnOrders::OwnOrders(const BatchOrder& order, std::span<const std::uint64_t> seeds, std::size_t stride)
    : seeds_(seeds),
      num_samples_(order.num_samples()),
      replaces_(order.sampling() == Sampling::with_replacement),
      is_drawn_(replaces_ || num_samples_ <= kernels::kMaxShuffledSamples) {
    lane_seeds_.setZero(to_index(stride));
    if (!is_drawn_) {
        keys_.setZero(to_index(stride), to_index(kernels::kNetworkRounds));
    } else if (!replaces_) {
        tables_.resize(stride * static_cast<std::size_t>(num_samples_));
    }
}

void OwnOrders::begin_tile(std::size_t first_lane, std::size_t num_lanes) {
    epoch_ = kNoEpoch;
    next_position_ = 0;
    for (std::size_t lane = 0; lane < num_lanes; ++lane) {
        lane_seeds_[to_index(lane)] = seeds_[first_lane + lane];
    }
}

void OwnOrders::move_lane(std::size_t from, std::size_t to) {
    lane_seeds_[to_index(to)] = lane_seeds_[to_index(from)];
    if (!is_drawn_) {
        keys_.row(to_index(to)) = keys_.row(to_index(from));
        return;
    }
    const auto table = [&](std::size_t lane) {
        const std::size_t row = lane / kernels::kRowLanes * kernels::kRowLanes;
        return tables_.data() + row * num_samples_ + lane % kernels::kRowLanes;
    };
    for (std::size_t sample = 0; !replaces_ && sample < num_samples_; ++sample) {
        table(to)[sample * kernels::kRowLanes] = table(from)[sample * kernels::kRowLanes];
    }
}

kernels::LaneOrders OwnOrders::orders(std::size_t num_lanes) noexcept {
    return {lane_seeds_.data(), kernels::to_whole_rows(num_lanes), num_samples_, replaces_, tables_.data()};
}

/// The tables stand at one position: going back means to draw the epoch again.
kernels::LaneOrders OwnOrders::drawn_at(std::uint64_t position, std::size_t count, std::size_t num_lanes) {
    if (!replaces_ && position != next_position_) {
        const std::uint64_t epoch_begin = position - position % num_samples_;
        const std::uint64_t from =
            next_position_ > epoch_begin && next_position_ < position ? next_position_ : epoch_begin;
        kernels::kernel_table().draw_indices(orders(num_lanes), from, static_cast<std::size_t>(position - from),
                                             nullptr, 0);
    }
    next_position_ = position + count;
    return orders(num_lanes);
}

kernels::LaneNetworks OwnOrders::networks(std::size_t num_lanes) noexcept {
    const NetworkShape shape(num_samples_);
    return {num_samples_,
            shape.high_radix,
            shape.low_radix,
            keys_.data(),
            kernels::to_whole_rows(num_lanes),
            static_cast<std::size_t>(keys_.outerStride())};
}

void OwnOrders::find(std::uint64_t position, std::size_t count, std::size_t num_lanes, std::uint64_t* indices,
                     std::size_t distance) {
    const kernels::KernelTable& kernels = kernels::kernel_table();
    if (is_drawn_) {
        return kernels.draw_indices(drawn_at(position, count, num_lanes), position, count, indices, distance);
    }
    const kernels::LaneNetworks orders = networks(num_lanes);
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint64_t epoch = (position + index) / num_samples_;
        if (epoch_ != epoch) {
            kernels.make_lane_keys(orders, lane_seeds_.data(), epoch);
            epoch_ = epoch;
        }
        kernels.permute_in_lanes(orders, (position + index) % num_samples_, indices + index * distance);
    }
}

}  // namespace skein::internal
