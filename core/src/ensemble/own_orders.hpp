// Orders of samples that the lanes of a tile have of their own: BatchOrder in lanes, each of its lane's seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/eigen_core.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/batch_order.hpp"

namespace skein::internal {

/// Not for orders that are sequential or in blocks.
class OwnOrders {
public:
    /// `seeds` has one per lane of the ensemble, and outlives this. Tiles have at most `stride` lanes.
    OwnOrders(const BatchOrder& order, std::span<const std::uint64_t> seeds, std::size_t stride);

    void begin_tile(std::size_t first_lane, std::size_t num_lanes);
    /// Lane `from` of the tile takes the place of lane `to`.
    void move_lane(std::size_t from, std::size_t to);

    /// Whether indices are drawn one after the other, as shuffles and draws with replacement are: then many positions
    /// together cost less.
    bool is_drawn() const noexcept { return is_drawn_; }

    /// The orders of the first `num_lanes` lanes for kernels that draw positions [position, position + count) of the
    /// run, which is then done. If is_drawn().
    kernels::LaneOrders drawn_at(std::uint64_t position, std::size_t count, std::size_t num_lanes);

    /// indices [num_lanes x count], `distance` apart: those at positions [position, position + count) of the run.
    void find(std::uint64_t position, std::size_t count, std::size_t num_lanes, std::uint64_t* indices,
              std::size_t distance);

private:
    kernels::LaneOrders orders(std::size_t num_lanes) noexcept;
    kernels::LaneNetworks networks(std::size_t num_lanes) noexcept;

    std::span<const std::uint64_t> seeds_;
    std::uint64_t num_samples_;
    bool replaces_;
    bool is_drawn_;
    Column<std::uint64_t> lane_seeds_;  // [stride]
    // If drawn: how the shuffles of an epoch stand (kernels::LaneOrders), and the position that comes next.
    std::vector<std::uint16_t> tables_;  // [stride x samples]
    std::uint64_t next_position_ = 0;
    // Else: the round keys of an epoch.
    static constexpr std::uint64_t kNoEpoch = std::numeric_limits<std::uint64_t>::max();
    Columns<std::uint32_t> keys_;  // [stride x rounds]
    std::uint64_t epoch_ = kNoEpoch;
};

}  // namespace skein::internal
