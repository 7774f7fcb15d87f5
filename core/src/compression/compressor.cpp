// The pass over the samples that compresses them.
#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/grid_choice.hpp"
#include "compression/segment_sums.hpp"
#include "compression/sum_tree.hpp"
#include "samples/view_source.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/error.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::uint64_t kSegment = CompressedDataset::kSegmentSamples;
/// Segments that a thread sums before they join the others. They are a subtree, so that adding up is shared among
/// threads as well.
constexpr std::uint64_t kSegmentsPerUnit = 16;

/// Segments [first, end) of the grid of all segments.
struct SegmentRange {
    std::uint64_t first, end;
};

}  // namespace

namespace internal {

/// A segment of samples, as double.
template <class Scalar>
class SegmentReader {
public:
    void read(const SampleSource<Scalar>& source, std::uint64_t first, std::size_t count) {
        const MiniBatch<Scalar> samples =
            source.range(first, count, {buffer_.data(), buffer_.data() + kSegment, buffer_.data() + 2 * kSegment});
        x_.assign(samples.x, samples.x + count);
        y_.assign(samples.y, samples.y + count);
        m_.clear();
        if (samples.sample_weight != nullptr) {
            m_.assign(samples.sample_weight, samples.sample_weight + count);
        }
    }
    std::span<const double> x() const noexcept { return x_; }
    std::span<const double> y() const noexcept { return y_; }
    const double* m() const noexcept { return m_.empty() ? nullptr : m_.data(); }

private:
    std::vector<Scalar> buffer_ = std::vector<Scalar>(3 * kSegment);
    std::vector<double> x_, y_, m_;
};

}  // namespace internal

template <class Scalar>
struct Compressor<Scalar>::State {
    /// What one thread works with.
    struct Scratch {
        SegmentReader<Scalar> reader;
        SegmentSums sums;
    };

    void choose_panels(const SampleSource<Scalar>& source);
    Scratch& scratch_of(int thread);
    void sum_segment(Scratch& mine, const SampleSource<Scalar>& source, std::uint64_t segment,
                     std::vector<MomentSubtree>& to);
    void sum_units(const SampleSource<Scalar>& source, SegmentRange segments, std::uint64_t first_unit,
                   std::vector<std::vector<MomentSubtree>>& units);

    CompressionSettings settings;
    CompressionObserver* observer;
    int num_threads;
    std::uint64_t num_before = 0;  // samples before those that are being added
    std::vector<MomentSubtree> subtrees{};
    std::vector<std::unique_ptr<Scratch>> scratch{};  // [threads]
    std::mutex one_at_a_time{};
};

template <class Scalar>
Compressor<Scalar>::Compressor(const CompressionSettings& settings, CompressionObserver* observer) {
    check_num_nodes(settings.num_nodes);
    require_threads(settings.execution);
    require(settings.first_index % kSegment == 0, "the index of the first sample", settings.first_index,
            "a multiple of 65536");
    if (settings.panel_exponent) {
        check_panel_exponent(*settings.panel_exponent);
    }
    const int num_threads = skein::num_threads(settings.execution);
    state_ = std::make_unique<State>(settings, observer, num_threads);
    state_->scratch.resize(static_cast<std::size_t>(num_threads));
}

template <class Scalar>
Compressor<Scalar>::Compressor(Compressor&&) noexcept = default;
template <class Scalar>
Compressor<Scalar>& Compressor<Scalar>::operator=(Compressor&&) noexcept = default;
template <class Scalar>
Compressor<Scalar>::~Compressor() = default;

template <class Scalar>
void Compressor<Scalar>::State::choose_panels(const SampleSource<Scalar>& source) {
    SegmentReader<Scalar> reader;
    reader.read(source, 0, static_cast<std::size_t>(std::min(kSegment, source.num_samples())));
    settings.panel_exponent = choose_panel_exponent(reader.x());
}

template <class Scalar>
typename Compressor<Scalar>::State::Scratch& Compressor<Scalar>::State::scratch_of(int thread) {
    std::unique_ptr<Scratch>& mine = scratch[static_cast<std::size_t>(thread)];
    if (!mine) {
        mine = std::make_unique<Scratch>(SegmentReader<Scalar>(),
                                         SegmentSums(*settings.panel_exponent, settings.num_nodes));
    }
    return *mine;
}

/// Adds segment `segment` of the grid to a list of subtrees.
template <class Scalar>
void Compressor<Scalar>::State::sum_segment(Scratch& mine, const SampleSource<Scalar>& source, std::uint64_t segment,
                                            std::vector<MomentSubtree>& to) {
    const std::uint64_t index = segment * kSegment - settings.first_index;  // of its first sample, among all
    const std::uint64_t size = std::min(kSegment, num_before + source.num_samples() - index);
    mine.reader.read(source, index - num_before, static_cast<std::size_t>(size));
    checked_size("y", mine.reader.y(), index);
    check_range(mine.reader.x(), checked_size("x", mine.reader.x(), index), *settings.panel_exponent, index);
    append(to, mine.sums.sum_segment(mine.reader.x(), mine.reader.y().data(), mine.reader.m(), segment * kSegment),
           settings.num_nodes);
    if (observer != nullptr) {
        const std::lock_guard lock(one_at_a_time);
        observer->after_samples(size);
    }
}

/// Sums the units from `first_unit` on, each as far as it lies in `segments`.
template <class Scalar>
void Compressor<Scalar>::State::sum_units(const SampleSource<Scalar>& source, SegmentRange segments,
                                          std::uint64_t first_unit, std::vector<std::vector<MomentSubtree>>& units) {
    for_each_chunk(units.size(), num_threads, [&](std::size_t unit, int thread) {
        Scratch& mine = scratch_of(thread);
        const std::uint64_t begin = (first_unit + unit) * kSegmentsPerUnit;
        const std::uint64_t end = std::min(begin + kSegmentsPerUnit, segments.end);
        for (std::uint64_t segment = std::max(begin, segments.first); segment < end; ++segment) {
            if (is_requested(settings.execution.stop_request)) {
                throw Stopped("the compression was stopped");
            }
            sum_segment(mine, source, segment, units[unit]);
        }
    });
}

template <class Scalar>
void Compressor<Scalar>::add(const MiniBatch<Scalar>& samples) {
    add(ViewSource<Scalar>(samples));
}

/// Units lie on the grid of all segments, so that each is a list of complete subtrees wherever the samples begin.
template <class Scalar>
void Compressor<Scalar>::add(const SampleSource<Scalar>& source) {
    const FloatingPointEnvironment environment;
    State& state = *state_;
    require(state.num_before % kSegment == 0, "the number of samples in all pieces but the last", state.num_before,
            "a multiple of 65536");
    if (!state.settings.panel_exponent) {
        state.choose_panels(source);
    }
    const std::uint64_t first = (state.settings.first_index + state.num_before) / kSegment;
    const SegmentRange segments{first, first + divided_up(source.num_samples(), kSegment)};
    const std::uint64_t end_unit = divided_up(segments.end, kSegmentsPerUnit);
    const std::uint64_t units_at_once = 4 * static_cast<std::uint64_t>(state.num_threads);
    for (std::uint64_t unit = first / kSegmentsPerUnit; unit < end_unit; unit += units_at_once) {
        std::vector<std::vector<MomentSubtree>> units(std::min(units_at_once, end_unit - unit));
        state.sum_units(source, segments, unit, units);
        for (std::vector<MomentSubtree>& of_unit : units) {
            for (MomentSubtree& subtree : of_unit) {
                append(state.subtrees, std::move(subtree), state.settings.num_nodes);
            }
        }
    }
    state.num_before += source.num_samples();
}

template <class Scalar>
std::uint64_t Compressor<Scalar>::num_samples() const noexcept {
    return state_->num_before;
}

template <class Scalar>
CompressedDataset Compressor<Scalar>::finish() {
    require(state_->num_before > 0, "the number of samples", state_->num_before, "at least 1");
    for (const MomentSubtree& subtree : state_->subtrees) {
        const auto infinite = std::ranges::find_if(subtree.sums, [](double sum) { return !std::isfinite(sum); });
        require(infinite == subtree.sums.end(), "a sum over the samples", "not finite",
                "smaller numbers or sample weights");
    }
    return CompressedAccess::from_subtrees(*state_->settings.panel_exponent, state_->settings.num_nodes,
                                           std::move(state_->subtrees));
}

template class Compressor<float>;
template class Compressor<double>;

}  // namespace skein
