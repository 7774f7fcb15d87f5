// Which samples the lanes of a tile see, in columns for the kernels.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/eigen_core.hpp"
#include "ensemble/own_orders.hpp"
#include "kernels/kernel_table.hpp"
#include "skein/batch_order.hpp"
#include "skein/dataset.hpp"

namespace skein::internal {

/// One data set for all lanes or one per lane; one order for all or one per lane. What it costs depends on that:
///
///     data    order   a step's samples are
///     shared  shared  single numbers in a window of the run's samples, which all tiles of a thread share
///     own     shared  columns of a table [lanes x samples], filled when the tile begins
///     any     own     gathered, lane by lane, from a table
///
/// Data sets too large for a table are gathered from their sources.
template <class Scalar>
class LaneSamples {
public:
    /// `data` has one element or one per lane, or none if the data are compressed; `seeds` none or one per lane. Both
    /// outlive this. For tiles of at most `tile_lanes`; columns are `stride` long.
    LaneSamples(std::span<const Dataset<Scalar>> data, const BatchOrder& order, std::span<const std::uint64_t> seeds,
                std::size_t tile_lanes, std::size_t stride);

    const BatchOrder& order() const noexcept { return order_; }
    bool is_weighted() const noexcept { return is_weighted_; }
    /// Whether all lanes see the same samples.
    bool is_shared() const noexcept { return mode_ == Mode::window; }
    /// Steps whose samples can be made ready together.
    std::size_t max_steps_at_once() const noexcept { return is_drawn() ? max_gathered() : kernels::kStepsAtOnce; }
    /// Whether samples of each lane's own order can be made ready for many steps of one sample.
    bool is_drawn() const noexcept { return !pairs_.empty(); }
    /// Numbers from a sample to the next one at the following position, if is_drawn().
    std::size_t sample_distance() const noexcept { return static_cast<std::size_t>(3 * gathered_.outerStride()); }

    /// The tile of lanes [first_lane, first_lane + num_lanes).
    void begin_tile(std::size_t first_lane, std::size_t num_lanes);
    /// Lane `from` of the tile takes the place of lane `to`.
    void move_lane(std::size_t from, std::size_t to);

    /// Makes ready the samples at positions [first, first + count) of a step's mini-batch, of which there are at most
    /// kChunkSamples, for the first `num_lanes` lanes. If is_shared(), the count may reach into the steps after.
    void begin_chunk(std::uint64_t step, std::uint64_t first, std::size_t count, std::size_t num_lanes);

    /// A sample of that chunk: [lanes] where is_per_lane, else one number each; sample_weight null where unweighted.
    struct Sample {
        const Scalar* x;
        const Scalar* y;
        const Scalar* sample_weight;
        bool is_per_lane;
    };
    Sample sample(std::size_t position) const noexcept;

private:
    enum class Mode : std::uint8_t { window, table, gathered };
    static constexpr std::size_t kWindowSamples = 65536;
    /// Positions that are drawn together: a Philox block has the words of four, a register the order of up to eight.
    static constexpr std::size_t kDrawnTogether = 8;
    /// Positions that are drawn ahead for steps of one sample.
    static constexpr std::size_t kDrawnAhead = kernels::kStepsAtOnce / kDrawnTogether * kDrawnTogether;

    std::uint64_t position_in_run(std::uint64_t step, std::uint64_t first) const noexcept;
    void extend_window(std::uint64_t position, std::size_t count);
    void append_to_window(const BatchOrder::Batch& batch, std::uint64_t first, std::size_t count);
    void fill_table(std::size_t num_lanes);
    void gather_from_sources(std::uint64_t step, std::uint64_t first, std::size_t count, std::size_t num_lanes);
    void make_own_orders(std::size_t stride);
    void gather_in_own_order(std::uint64_t position, std::size_t count, std::size_t num_lanes);
    void gather_from_table(std::uint64_t position, std::size_t count, std::size_t num_lanes);
    std::size_t max_gathered() const noexcept { return static_cast<std::size_t>(gathered_.cols()) / 3; }
    BatchOrder order_of(std::size_t lane) const;

    const Dataset<Scalar>& dataset(std::size_t lane) const noexcept {
        return has_own_data_ ? data_[lanes_[lane]] : data_[0];
    }
    SampleBuffer<Scalar> buffer() noexcept {
        return {buffer_.col(0).data(), buffer_.col(1).data(), buffer_.col(2).data()};
    }
    /// One sample from a MiniBatch into row `lane`, columns [column, column + 3) of an array.
    void put(Columns<Scalar>& array, std::size_t lane, std::size_t sample, const MiniBatch<Scalar>& from,
             std::size_t position) const;

    std::span<const Dataset<Scalar>> data_;
    BatchOrder order_;
    std::span<const std::uint64_t> seeds_;
    bool has_own_data_;
    bool has_own_order_;
    bool has_table_;
    bool is_weighted_ = false;
    Mode mode_;

    // Mode::window and Mode::table: the indices of the samples at positions [window_first_, window_end_) of the run,
    // and in Mode::window the samples.
    std::vector<std::uint64_t> indices_;
    Columns<Scalar> window_;  // [window samples x 3]
    std::uint64_t window_first_ = 0, window_end_ = 0;
    std::size_t chunk_ = 0;  // where the chunk begins in the window

    std::vector<std::size_t> lanes_;  // which lane of the ensemble a lane of the tile is
    // Mode::gathered from a table: the orders, indices at some positions, and the positions that are gathered.
    std::optional<OwnOrders> own_orders_;
    Columns<std::uint64_t> lane_indices_;  // [stride x positions]
    std::uint64_t gathered_first_ = 0, gathered_end_ = 0;
    std::vector<Scalar> pairs_;  // (x, y) of each sample: shared, without weights
    Columns<Scalar> table_;      // [stride x (samples x 3)], one row where data are shared: x, y, m of sample 0, 1, ...
    Columns<Scalar> gathered_;   // [stride x (chunk samples x 3)], likewise
    Columns<Scalar> buffer_;     // [chunk samples x 3], of one lane
};

}  // namespace skein::internal
