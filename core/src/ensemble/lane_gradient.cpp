#include "ensemble/lane_gradient.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "gradient/batch_gradient.hpp"
#include "skein/gradient.hpp"
#include "training/optimizer_columns.hpp"

namespace skein::internal {
namespace {

std::uint64_t num_chunks(std::uint64_t num_samples) {
    return num_samples / kChunkSamples + (num_samples % kChunkSamples != 0 ? 1 : 0);
}

/// What empty slots, +0 each, do to a sum: nothing but to turn -0 into +0. Adding -0 does nothing at all.
template <class Scalar>
Scalar sum_of_empty_slots(std::size_t num_samples) {
    return num_samples < kNumSlots ? Scalar(0) : -Scalar(0);
}

}  // namespace

template <class Scalar>
LaneGradient<Scalar>::LaneGradient(const LaneData<Scalar>& data, std::span<const Activation> activations,
                                   std::uint64_t max_samples, std::size_t stride, bool needs_means,
                                   const std::atomic<bool>* stop_request)
    : stride_(stride),
      num_sums_(activations.size() + kernels::kFirstGradientSum),
      needs_means_(needs_means),
      sums_(static_cast<Eigen::Index>(stride), static_cast<Eigen::Index>(num_sums_ * kNumSumLevels)),
      tree_(stride * num_sums_, num_chunks(max_samples)),
      wide_sums_(static_cast<Eigen::Index>(stride), static_cast<Eigen::Index>(num_sums_)),
      reciprocals_(static_cast<Eigen::Index>(stride)) {
    sums_.setZero();
    wide_sums_.setZero();
    if (data.compressed != nullptr) {
        num_samples_ = data.num_samples();
        compressed_.emplace(*data.compressed, activations, Execution{1, 0, stop_request});
        chain_.emplace(std::vector<Scalar>(activations.size()), activations);
        beyond_tolerance_.resize(stride);
        records_.resize(stride);
    }
}

/// A run has batches of few sizes: the one of whole chunks and that of the last one.
template <class Scalar>
const std::vector<SlotVisit>& LaneGradient<Scalar>::visits(std::size_t num_samples) {
    std::vector<SlotVisit>& known = num_samples == kChunkSamples ? whole_chunk_ : part_of_chunk_;
    if (known.size() != num_samples) {
        known = slot_visits(num_samples);
    }
    return known;
}

template <class Scalar>
void LaneGradient<Scalar>::sum_chunk(const kernels::LaneTile<Scalar>& tile, const LaneSamples<Scalar>& samples,
                                     std::size_t count, bool with_gradient,
                                     const kernels::LossColumns<Scalar>* losses_before) {
    const kernels::Kernels<Scalar>& kernels = kernels::kernels<Scalar>();
    const std::size_t level_size = stride_ * num_sums_;
    for (const SlotVisit& visit : visits(count)) {
        const auto sample = samples.sample(visit.sample);
        kernels.accumulate_lanes(tile, {sample.x, sample.y, sample.sample_weight, sample.is_per_lane, visit.is_first,
                                        sums_.data() + visit.level * level_size, visit.num_merges, level_size,
                                        with_gradient, std::exchange(losses_before, nullptr)});
    }
    empty_slots_ = sum_of_empty_slots<Scalar>(count);
}

template <class Scalar>
void LaneGradient<Scalar>::compute(const kernels::LaneTile<Scalar>& tile, std::size_t num_live,
                                   LaneSamples<Scalar>& samples, std::uint64_t step,
                                   const kernels::LossColumns<Scalar>* losses_before) {
    if (is_compressed()) {
        return sum_compressed(tile, num_live, true, losses_before);
    }
    num_evaluated_ = num_live * samples.order().batch_size(step);
    sum_batch(tile, samples, step, true, losses_before);
}

template <class Scalar>
bool LaneGradient<Scalar>::is_one_sample(const LaneSamples<Scalar>& samples, std::uint64_t step) const noexcept {
    return !is_compressed() && !needs_means_ && !samples.is_weighted() && samples.order().batch_size(step) == 1;
}

template <class Scalar>
bool LaneGradient<Scalar>::step(const kernels::LaneTile<Scalar>& tile, std::size_t num_live,
                                LaneSamples<Scalar>& samples, std::uint64_t step,
                                const kernels::LossColumns<Scalar>* losses_before,
                                const kernels::LaneUpdate<Scalar>& update) {
    num_evaluated_ = num_live;
    samples.begin_chunk(step, 0, 1, tile.num_lanes);
    const auto sample = samples.sample(0);
    return kernels::kernels<Scalar>().step_lanes(
        tile, {sample.x, sample.y, nullptr, sample.is_per_lane, true, nullptr, 0, 0, true, losses_before}, update);
}

template <class Scalar>
void LaneGradient<Scalar>::compute_losses(const kernels::LaneTile<Scalar>& tile, std::size_t num_live,
                                          LaneSamples<Scalar>& samples) {
    if (is_compressed()) {
        return sum_compressed(tile, num_live, false, nullptr);
    }
    sum_batch(tile, samples, 0, false, nullptr);
}

/// The means, as CompressedDataGradient has them for a chain alone.
template <class Scalar>
void LaneGradient<Scalar>::sum_compressed(const kernels::LaneTile<Scalar>& tile, std::size_t num_live,
                                          bool with_gradient, const kernels::LossColumns<Scalar>* losses_before) {
    if (losses_before != nullptr) {
        kernels::kernels<Scalar>().record_losses(*losses_before);
    }
    const std::size_t num_layers = tile.num_layers;
    const BatchOrder::Batch all = BatchOrder(num_samples_, 0, Sampling::sequential, 0).batch(0);
    num_lanes_ = tile.num_lanes;
    num_evaluated_ = 0;
    is_given_up_ = false;
    sums_.topRows(static_cast<Eigen::Index>(tile.num_lanes)).setZero();
    for (std::size_t lane = 0; lane < num_live; ++lane) {
        const auto row = static_cast<Eigen::Index>(lane);
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            chain_->weights()[layer] = tile.weights[layer * tile.stride + lane];
        }
        const Computed computed = compressed_->compute(*chain_, all, with_gradient);
        beyond_tolerance_[lane] = computed == Computed::beyond_tolerance ? 1 : 0;
        records_[lane] = compressed_->take_record();
        is_given_up_ = is_given_up_ || computed == Computed::given_up;
        num_evaluated_ += compressed_->num_evaluated();
        wide_sums_(row, kernels::kLossSum) = compressed_->loss();
        sums_(row, kernels::kLossSum) = static_cast<Scalar>(compressed_->loss());
        for (std::size_t layer = 0; layer < num_layers; ++layer) {
            sums_(row, static_cast<Eigen::Index>(kernels::kFirstGradientSum + layer)) =
                compressed_->weight_gradients()[layer];
        }
    }
    is_wide_ = true;
    empty_slots_ = -Scalar(0);
    reciprocal_ = 1;
}

template <class Scalar>
void LaneGradient<Scalar>::sum_batch(const kernels::LaneTile<Scalar>& tile, LaneSamples<Scalar>& samples,
                                     std::uint64_t step, bool with_gradient,
                                     const kernels::LossColumns<Scalar>* losses_before) {
    const std::uint64_t num_samples = samples.order().batch_size(step);
    const bool has_exact_reciprocal = sizeof(Scalar) == sizeof(double) || std::has_single_bit(num_samples);
    num_lanes_ = tile.num_lanes;
    is_wide_ = needs_means_ || num_samples > kChunkSamples || !has_exact_reciprocal || samples.is_weighted();
    tree_.clear();
    for (std::uint64_t first = 0; first < num_samples; first += kChunkSamples) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSamples, num_samples - first));
        samples.begin_chunk(step, first, count, tile.num_lanes);
        sum_chunk(tile, samples, count, with_gradient, std::exchange(losses_before, nullptr));
        if (is_wide_) {
            add_chunk();
        }
    }
    reciprocal_ = Scalar(1) / static_cast<Scalar>(num_samples);
    if (is_wide_) {
        divide(num_samples, samples.is_weighted());
    }
}

template <class Scalar>
void LaneGradient<Scalar>::add_chunk() {
    double* to = tree_.next_leaf().data();
    for (std::size_t sum = 0; sum < num_sums_; ++sum, to += stride_) {
        const Scalar* const from = sums_.col(static_cast<Eigen::Index>(sum)).data();
        for (std::size_t lane = 0; lane < num_lanes_; ++lane) {
            to[lane] = static_cast<double>(from[lane] + empty_slots_);
        }
    }
    tree_.add_leaf();
}

/// Sums become means, as in BatchGradient::finish().
template <class Scalar>
void LaneGradient<Scalar>::divide(std::uint64_t num_samples, bool weighted) {
    tree_.total({wide_sums_.data(), stride_ * num_sums_});
    for (std::size_t lane = 0; lane < num_lanes_; ++lane) {
        const auto row = static_cast<Eigen::Index>(lane);
        reciprocals_[row] = reciprocal_of_count(weighted ? wide_sums_(row, kernels::kSampleWeightSum)
                                                         : static_cast<double>(num_samples));
    }
    for (std::size_t sum = 0; sum < num_sums_; ++sum) {
        double* const wide = wide_sums_.col(static_cast<Eigen::Index>(sum)).data();
        Scalar* const narrow = sums_.col(static_cast<Eigen::Index>(sum)).data();
        for (std::size_t lane = 0; lane < num_lanes_; ++lane) {
            wide[lane] = wide[lane] * reciprocals_.data()[lane];
            narrow[lane] = static_cast<Scalar>(wide[lane]);
        }
    }
    empty_slots_ = -Scalar(0);
    reciprocal_ = 1;
}

template <class Scalar>
double LaneGradient<Scalar>::loss(std::size_t lane) const noexcept {
    const auto row = static_cast<Eigen::Index>(lane);
    if (is_wide_) {
        return wide_sums_(row, kernels::kLossSum);
    }
    return static_cast<double>(sums_(row, kernels::kLossSum) + empty_slots_) * static_cast<double>(reciprocal_);
}

template <class Scalar>
Scalar LaneGradient<Scalar>::weight_gradient(std::size_t lane, std::size_t layer) const noexcept {
    const auto sum = static_cast<Eigen::Index>(kernels::kFirstGradientSum + layer);
    return (sums_(static_cast<Eigen::Index>(lane), sum) + empty_slots_) * reciprocal_;
}

template <class Scalar>
double LaneGradient<Scalar>::norm_of_pull(std::size_t lane, const Scalar* weights, double weight_decay) const noexcept {
    double squares = 0.0;
    for (std::size_t layer = 0; layer + kernels::kFirstGradientSum < num_sums_; ++layer) {
        squares += square_of_pull(weight_gradient(lane, layer), weights[layer * stride_ + lane], weight_decay);
    }
    return std::sqrt(squares);
}

template class LaneGradient<float>;
template class LaneGradient<double>;

}  // namespace skein::internal
