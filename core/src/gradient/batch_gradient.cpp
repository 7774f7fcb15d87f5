#include "gradient/batch_gradient.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>

#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "kernels/row_lanes.hpp"

namespace skein::internal {
namespace {

/// Below this number of samples x layers (3 microseconds of a core in float, 10 in double) sharing does not pay.
constexpr std::uint64_t kMinParallelWork = std::uint64_t{1} << 13;

/// Threads take units of 2^k chunks, so that a unit is a subtree of the tree over all chunks: enough units to share the
/// work evenly, few enough that their sums take little memory.
constexpr std::uint64_t kUnitsPerThread = 32;

static_assert(kNumSlots == kernels::kRowLanes);

std::uint64_t chunks_per_unit(std::uint64_t num_chunks, int num_threads) {
    const std::uint64_t units = kUnitsPerThread * static_cast<std::uint64_t>(num_threads);
    return std::bit_ceil(std::max<std::uint64_t>(1, divided_up(num_chunks, units)));
}

/// Activations of a tile fill about half of a 32 KiB L1 cache, between 64 lanes (deep chains: then they live in L2) and
/// 256 (shallow ones: more would only push inputs out).
template <class Scalar>
std::size_t choose_tile_lanes(std::size_t num_layers, std::size_t wanted) {
    constexpr std::size_t kTileBytes = 16384;
    const std::size_t lanes = wanted != 0
                                  ? std::min(wanted, kChunkSamples)
                                  : std::clamp<std::size_t>(kTileBytes / (num_layers * sizeof(Scalar)), 64, 256);
    return kernels::to_whole_rows(lanes);
}

}  // namespace

int choose_num_threads(std::size_t num_layers, std::uint64_t max_samples, const Execution& execution) {
    require_threads(execution);
    const bool is_small = max_samples * num_layers < kMinParallelWork || max_samples <= kChunkSamples;
    return is_small ? 1 : num_threads(execution);
}

template <class Scalar>
BatchGradient<Scalar>::Scratch::Scratch(std::size_t num_layers, std::size_t tile_lanes, std::uint64_t max_chunks)
    : indices(kChunkSamples),
      samples(kChunkSamples, 3),
      activations(static_cast<Eigen::Index>(tile_lanes), static_cast<Eigen::Index>(num_layers)),
      deltas(static_cast<Eigen::Index>(tile_lanes)),
      slot_sums(static_cast<Eigen::Index>(kNumSlots),
                static_cast<Eigen::Index>(num_layers + kernels::kFirstGradientSum)),
      tree(num_layers + kernels::kFirstGradientSum, max_chunks) {}

template <class Scalar>
BatchGradient<Scalar>::BatchGradient(std::size_t num_layers, std::uint64_t max_samples, const Execution& execution)
    : num_layers_(num_layers),
      num_sums_(num_layers + kernels::kFirstGradientSum),
      tile_lanes_(choose_tile_lanes<Scalar>(num_layers, execution.tile_lanes)),
      num_threads_(choose_num_threads(num_layers, max_samples, execution)),
      stop_request_(execution.stop_request),
      tree_(num_sums_, kUnitsPerThread * static_cast<std::uint64_t>(num_threads_) + 1),
      sums_(num_sums_),
      weight_gradients_(num_layers) {
    const std::uint64_t max_chunks = divided_up(max_samples, kChunkSamples);
    scratch_.reserve(static_cast<std::size_t>(num_threads_));
    for (int thread = 0; thread < num_threads_; ++thread) {
        scratch_.emplace_back(num_layers, tile_lanes_, chunks_per_unit(max_chunks, num_threads_));
    }
    unit_sums_.resize(num_sums_ * kUnitsPerThread * static_cast<std::size_t>(num_threads_));
}

/// Returns whether the samples are weighted.
template <class Scalar>
bool BatchGradient<Scalar>::sum_chunk(Scratch& scratch, const kernels::ChainView<Scalar>& chain,
                                      const MiniBatch<Scalar>& samples, bool with_gradient,
                                      std::span<double> sums) const {
    const kernels::Kernels<Scalar>& kernels = kernels::kernels<Scalar>();
    const bool weighted = samples.sample_weight != nullptr;
    scratch.slot_sums.setZero();
    for (std::size_t lane = 0; lane < samples.num_samples; lane += tile_lanes_) {
        kernels.accumulate_gradient({chain, samples.x + lane, samples.y + lane,
                                     weighted ? samples.sample_weight + lane : nullptr,
                                     std::min(tile_lanes_, samples.num_samples - lane), scratch.activations.data(),
                                     scratch.deltas.data(), scratch.slot_sums.data(), with_gradient});
    }
    kernels.combine_slots(scratch.slot_sums.data(), num_sums_, sums.data());
    return weighted;
}

template <class Scalar>
void BatchGradient<Scalar>::sum_units(std::uint64_t num_units) {
    tree_.clear();
    for (std::uint64_t unit = 0; unit < num_units; ++unit) {
        std::copy_n(unit_sums_.data() + unit * num_sums_, num_sums_, tree_.next_leaf().data());
        tree_.add_leaf();
    }
    tree_.total(sums_);
}

/// Sums become means: the one place where the loss is normalised.
template <class Scalar>
void BatchGradient<Scalar>::finish(std::span<const double> sums, std::uint64_t num_samples, bool weighted,
                                   bool with_gradient) {
    const double count = weighted ? sums[kernels::kSampleWeightSum] : static_cast<double>(num_samples);
    const double reciprocal = reciprocal_of_count(count);
    loss_ = sums[kernels::kLossSum] * reciprocal;
    for (std::size_t layer = 0; with_gradient && layer < num_layers_; ++layer) {
        weight_gradients_[layer] = static_cast<Scalar>(sums[kernels::kFirstGradientSum + layer] * reciprocal);
    }
}

/// Unfinished sums must not look like a result. Returns false.
template <class Scalar>
bool BatchGradient<Scalar>::give_up() {
    loss_ = std::numeric_limits<double>::quiet_NaN();
    std::ranges::fill(weight_gradients_, std::numeric_limits<Scalar>::quiet_NaN());
    return false;
}

template <class Scalar>
bool BatchGradient<Scalar>::compute(const Chain<Scalar>& chain, SampleFeed<Scalar>& feed,
                                    const BatchOrder::Batch& batch, bool with_gradient) {
    if (!feed.prepare(batch)) {
        return give_up();
    }
    const kernels::ChainView<Scalar> view{chain.weights().data(), chain.activations().data(), num_layers_};
    const std::uint64_t num_samples = batch.num_samples();
    const std::uint64_t num_chunks = divided_up(num_samples, kChunkSamples);
    const std::uint64_t unit_chunks = chunks_per_unit(num_chunks, num_threads_);
    const std::uint64_t num_units = divided_up(num_chunks, unit_chunks);
    std::atomic<bool> weighted{false};
    std::atomic<bool> is_given_up{false};  // decided by what threads saw: the request may be withdrawn

    regions_.for_each_chunk(
        num_units, num_samples * num_layers_ < kMinParallelWork ? 1 : num_threads_, [&](std::size_t unit, int thread) {
            Scratch& scratch = scratch_[static_cast<std::size_t>(thread)];
            scratch.tree.clear();
            const std::uint64_t end = std::min(num_chunks, (unit + 1) * unit_chunks);
            for (std::uint64_t chunk = unit * unit_chunks; chunk < end; ++chunk) {
                if (is_requested(stop_request_)) {
                    is_given_up.store(true, std::memory_order_relaxed);
                    return;
                }
                const std::uint64_t first = chunk * kChunkSamples;
                const std::size_t count =
                    static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSamples, num_samples - first));
                const MiniBatch<Scalar> samples =
                    feed.samples(batch, first, {scratch.indices.data(), count}, scratch.buffer());
                if (sum_chunk(scratch, view, samples, with_gradient, scratch.tree.next_leaf())) {
                    weighted.store(true, std::memory_order_relaxed);
                }
                scratch.tree.add_leaf();
            }
            scratch.tree.total({unit_sums_.data() + unit * num_sums_, num_sums_});
        });

    if (is_given_up.load()) {
        return give_up();
    }
    sum_units(num_units);
    finish(sums_, num_samples, weighted.load(), with_gradient);
    return true;
}

template class BatchGradient<float>;
template class BatchGradient<double>;

}  // namespace skein::internal
