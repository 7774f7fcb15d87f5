#include "ensemble/lane_columns.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "kernels/row_lanes.hpp"

namespace skein::internal {
namespace {

/// The columns of a tile are a whole number of rows long and three rows apart from the next power of two: at a distance
/// of 1,024 or 4,096 bytes they would compete for the same sets of the L1 cache; and LaneSteps wants them.
std::size_t stride_of(std::size_t tile_lanes) { return kernels::to_whole_rows(tile_lanes) + 3 * kernels::kRowLanes; }

/// `values` are one per lane of the ensemble, or none: then all have `common`.
template <class Value, class Scalar>
void copy_lanes(const std::vector<Value>& values, std::size_t first, std::size_t count, Value common, Scalar* to) {
    if (values.empty()) {
        std::fill_n(to, count, static_cast<Scalar>(common));
    } else {
        std::transform(values.data() + first, values.data() + first + count, to,
                       [](Value value) { return static_cast<Scalar>(value); });
    }
}

}  // namespace

LaneLayout::LaneLayout(const EnsembleSettings& settings, std::size_t num_lanes, std::size_t num_layers)
    : num_rates(settings.learning_rates.size() > num_lanes ||
                        (settings.learning_rates.empty() && settings.common.learning_rates.size() > 1)
                    ? num_layers
                    : 1),
      num_columns(0) {
    const auto take = [this](std::size_t& first, std::size_t count) {
        first = num_columns;
        num_columns += count;
    };
    const int num_moments = optimizer_traits(settings.common.optimizer.kind).num_moments;
    take(weights[0], num_layers);
    take(weights[1], num_layers);
    take(base_rates, num_rates);
    take(rates, num_rates);
    take(first_moment, num_moments >= 1 ? num_layers : 0);
    take(second_moment, num_moments >= 2 ? num_layers : 0);
    for (std::size_t* const single : {&momentum, &weight_decay, &gradient_scale, &watched_loss, &flag, &first_loss}) {
        take(*single, 1);
    }
    take(loss_sums[0], kNumLossSums);
    take(loss_sums[1], kNumLossSums);
    take(recent_losses, kRecentLosses);
}

template <class Scalar>
LaneColumns<Scalar>::LaneColumns(const EnsembleSettings& settings, std::size_t ensemble_lanes, std::size_t num_layers,
                                 std::size_t tile_lanes)
    : settings_(settings),
      layout_(settings, ensemble_lanes, num_layers),
      ensemble_lanes_(ensemble_lanes),
      num_layers_(num_layers),
      stride_(stride_of(tile_lanes)),
      state_(to_index(stride_), to_index(layout_.num_columns)),
      final_weights_(to_index(stride_), to_index(num_layers)),
      schedule_scales_(stride_),
      lane_of_(stride_) {
    state_.setZero();
}

template <class Scalar>
kernels::LossSums<Scalar> LaneColumns<Scalar>::loss_sums_at(std::size_t first) noexcept {
    return {column(first), column(first + 1), column(first + 2), column(first + 3), column(first + 4)};
}

template <class Scalar>
std::size_t LaneColumns<Scalar>::whole_rows() const noexcept {
    return kernels::to_whole_rows(num_live_);
}

/// The lanes that fill up the last row are chains of zeros that do not learn.
template <class Scalar>
void LaneColumns<Scalar>::pack(const Ensemble<Scalar>& ensemble, std::size_t first_lane, std::size_t num_lanes,
                               Scalar watched_loss) {
    first_lane_ = first_lane;
    num_live_ = num_lanes;
    before_ = 0;
    sums_before_ = 0;
    state_.leftCols(to_index(layout_.recent_losses)).setZero();
    final_weights_.setZero();
    std::fill_n(column(layout_.watched_loss), stride_, Scalar(-1));
    for (std::size_t layer = 0; layer < num_layers_; ++layer) {
        std::copy_n(ensemble.layer(layer).data() + first_lane, num_lanes, column(layout_.weights[0] + layer));
    }
    std::iota(lane_of_.begin(), lane_of_.begin() + static_cast<std::ptrdiff_t>(num_lanes), std::size_t{0});
    std::fill_n(column(layout_.watched_loss), num_lanes, watched_loss);
    std::fill_n(loss_sums().smallest, num_lanes, std::numeric_limits<Scalar>::infinity());
    pack_settings();
}

template <class Scalar>
void LaneColumns<Scalar>::pack_settings() {
    const TrainingSettings& common = settings_.common;
    copy_lanes(settings_.schedule_scale, first_lane_, num_live_, common.schedule.scale, schedule_scales_.data());
    copy_lanes(settings_.momentum, first_lane_, num_live_, common.optimizer.momentum_or_default(),
               column(layout_.momentum));
    copy_lanes(settings_.weight_decay, first_lane_, num_live_, common.optimizer.weight_decay,
               column(layout_.weight_decay));
    for (std::size_t rate = 0; rate < layout_.num_rates; ++rate) {
        const double common_rate = common.learning_rates[common.learning_rates.size() == 1 ? 0 : rate];
        copy_lanes(settings_.learning_rates, rate * ensemble_lanes_ + first_lane_, num_live_, common_rate,
                   column(layout_.base_rates + rate));
    }
}

template <class Scalar>
void LaneColumns<Scalar>::keep_weights(std::size_t first, std::size_t count) {
    for (std::size_t layer = 0; layer < num_layers_; ++layer) {
        const Scalar* const from = weights() + layer * stride_;
        Scalar* const to = final_weights_.col(to_index(layer)).data();
        for (std::size_t lane = first; lane < first + count; ++lane) {
            to[lane_of_[lane]] = from[lane];
        }
    }
}

/// The row that becomes free is a chain of zeros that does not learn.
template <class Scalar>
std::size_t LaneColumns<Scalar>::remove(std::size_t lane) {
    const std::size_t last = --num_live_;
    if (lane != last) {
        state_.row(to_index(lane)) = state_.row(to_index(last));
        schedule_scales_[lane] = schedule_scales_[last];
        lane_of_[lane] = lane_of_[last];
    }
    state_.row(to_index(last)).setZero();
    column(layout_.watched_loss)[last] = Scalar(-1);
    return last;
}

template <class Scalar>
Scalar* LaneColumns<Scalar>::restore_order(std::size_t num_lanes) {
    num_live_ = num_lanes;
    std::iota(lane_of_.begin(), lane_of_.begin() + static_cast<std::ptrdiff_t>(num_lanes), std::size_t{0});
    return final_weights_.data();
}

template <class Scalar>
void LaneColumns<Scalar>::unpack(Ensemble<Scalar>& ensemble) {
    for (std::size_t layer = 0; layer < num_layers_; ++layer) {
        std::copy_n(final_weights_.col(to_index(layer)).data(), num_live_, ensemble.layer(layer).data() + first_lane_);
    }
    clear();
}

template class LaneColumns<float>;
template class LaneColumns<double>;

}  // namespace skein::internal
