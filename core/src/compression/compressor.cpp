// The pass over the samples that makes a compressed data set of them.
#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <string>

#include "base/floating_point_environment.hpp"
#include "base/parallel.hpp"
#include "base/power.hpp"
#include "base/require.hpp"
#include "base/round_up.hpp"
#include "base/stop_request.hpp"
#include "base/text.hpp"
#include "compression/compressed_storage.hpp"
#include "compression/moment_sums.hpp"
#include "samples/view_source.hpp"
#include "skein/compressed_dataset.hpp"
#include "skein/error.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::uint64_t kRun = CompressedDataset::kSegmentSamples;
/// Runs that a thread sums up before the list of subtrees takes them: a subtree themselves, so that the adding up is
/// done side by side as well.
constexpr std::uint64_t kRunsPerUnit = 16;
/// log2 of the median of |x| over the width of the finest panels: near 0 the poles of 8 tanh layers of weight 3
/// take panels of 2^-15.
constexpr int kFinestPanels = 16;
/// Where x is 0 throughout: narrow enough for any weights to speak of.
constexpr int kExponentOfZeros = -30;

/// The largest power of two that is at most `number` > 0, by comparisons: the same everywhere.
int floor_exponent(double number) {
    int exponent = 0;
    for (; power_of_two(exponent) > number; --exponent) {
    }
    for (; power_of_two(exponent + 1) <= number; ++exponent) {
    }
    return exponent;
}

/// Samples of a data set as double, run by run.
template <class Scalar>
class RunReader {
public:
    void read(const SampleSource<Scalar>& source, std::uint64_t first, std::size_t count) {
        const MiniBatch<Scalar> samples =
            source.range(first, count, {buffer_.data(), buffer_.data() + kRun, buffer_.data() + 2 * kRun});
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
    std::vector<Scalar> buffer_ = std::vector<Scalar>(3 * kRun);
    std::vector<double> x_, y_, m_;
};

/// Largest size of numbers of which a sum of 2^60 squares is finite.
constexpr double kLargest = 0x1p480;
/// Whole numbers of cells up to this fit into 64 bits.
constexpr int kCellBits = 62;

[[noreturn]] void fail_as_too_large(const char* column, std::uint64_t row, double value) {
    throw std::invalid_argument(
        to_text(column, " of sample ", row, " is ", value, ", too large: sums of such squares overflow"));
}

/// Largest size of the numbers; NaN where one is not finite. In lanes, so that the compiler may take two at a time.
double largest_size(std::span<const double> numbers) {
    constexpr std::size_t kLanes = 8;
    std::array<double, kLanes> largest{}, odd{};
    for (std::size_t index = 0; index < numbers.size(); index += kLanes) {
        const std::size_t count = std::min(kLanes, numbers.size() - index);
        for (std::size_t lane = 0; lane < count; ++lane) {
            const double size = std::abs(numbers[index + lane]);
            largest[lane] = largest[lane] < size ? size : largest[lane];
            odd[lane] += size - size;
        }
    }
    double size = *std::ranges::max_element(largest);
    for (const double zero_or_nan : odd) {
        size += zero_or_nan;
    }
    return size;
}

/// Refuses numbers, of a column, whose squares cannot be summed up; returns the largest size. `first` is the index of
/// the first of the samples.
double checked_size(const char* column, std::span<const double> numbers, std::uint64_t first) {
    const double largest = largest_size(numbers);
    for (std::size_t sample = 0; !(largest <= kLargest) && sample < numbers.size(); ++sample) {
        if (!(std::abs(numbers[sample]) <= kLargest)) {
            fail_as_too_large(column, first + sample + 1, numbers[sample]);
        }
    }
    return largest;
}

/// Refuses what lies too far out for panels as fine as these, and says which would reach it.
void check_range(std::span<const double> x, double largest, int panel_exponent, std::uint64_t first) {
    if (largest < power_of_two(kCellBits) * power_of_two(panel_exponent)) {
        return;
    }
    const auto farthest = std::ranges::find(x, largest, [](double number) { return std::abs(number); });
    const int enough = floor_exponent(largest) + 1 - kCellBits;
    const std::uint64_t sample = first + static_cast<std::uint64_t>(farthest - x.begin()) + 1;
    refuse(to_text("x of sample ", sample), *farthest,
           to_text("less than 2^62 times the width of the finest panels, 2^", panel_exponent,
                   ": wide enough are panels of 2^", enough));
}

/// By the median of |x|, which a few samples far out do not move; but so that these are within 2^61 cells.
template <class Scalar>
int choose_exponent(const SampleSource<Scalar>& source) {
    RunReader<Scalar> reader;
    reader.read(source, 0, static_cast<std::size_t>(std::min(kRun, source.num_samples())));
    checked_size("x", reader.x(), 0);
    std::vector<double> sizes;
    for (const double x : reader.x()) {
        if (x != 0.0) {
            sizes.push_back(std::abs(x));
        }
    }
    if (sizes.empty()) {
        return kExponentOfZeros;
    }
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) / 2);
    std::ranges::nth_element(sizes, middle);
    const int of_median = floor_exponent(*middle) - kFinestPanels;
    const int of_largest = floor_exponent(*std::ranges::max_element(sizes)) - 60;
    return std::clamp(std::max(of_median, of_largest), -500, 500);
}

}  // namespace

template <class Scalar>
struct Compressor<Scalar>::State {
    /// What one thread works with.
    struct Scratch {
        RunReader<Scalar> reader;
        RunSums sums;
    };

    void sum_run(Scratch& scratch, const SampleSource<Scalar>& source, std::uint64_t run,
                 std::vector<MomentSubtree>& subtrees);

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
    require(settings.first_index % kRun == 0, "the index of the first sample", settings.first_index,
            "a multiple of 65536");
    if (settings.panel_exponent) {
        check_panel_exponent(*settings.panel_exponent);
    }
    const int num_threads = resolve_num_threads(settings.execution.num_threads);
    state_ = std::make_unique<State>(settings, observer, num_threads);
    state_->scratch.resize(static_cast<std::size_t>(num_threads));
}

template <class Scalar>
Compressor<Scalar>::Compressor(Compressor&&) noexcept = default;
template <class Scalar>
Compressor<Scalar>& Compressor<Scalar>::operator=(Compressor&&) noexcept = default;
template <class Scalar>
Compressor<Scalar>::~Compressor() = default;

/// Adds run `run` of the grid to a list of subtrees.
template <class Scalar>
void Compressor<Scalar>::State::sum_run(Scratch& mine, const SampleSource<Scalar>& source, std::uint64_t run,
                                        std::vector<MomentSubtree>& to) {
    const std::uint64_t index = run * kRun - settings.first_index;  // of its first sample, among all
    const std::uint64_t size = std::min(kRun, num_before + source.num_samples() - index);
    mine.reader.read(source, index - num_before, static_cast<std::size_t>(size));
    checked_size("y", mine.reader.y(), index);
    check_range(mine.reader.x(), checked_size("x", mine.reader.x(), index), *settings.panel_exponent, index);
    append(to, mine.sums.sum_run(mine.reader.x(), mine.reader.y().data(), mine.reader.m(), run * kRun),
           settings.num_nodes);
    if (observer != nullptr) {
        const std::lock_guard lock(one_at_a_time);
        observer->after_samples(size);
    }
}

template <class Scalar>
void Compressor<Scalar>::add(const MiniBatch<Scalar>& samples) {
    add(ViewSource<Scalar>(samples));
}

template <class Scalar>
void Compressor<Scalar>::add(const SampleSource<Scalar>& source) {
    const FloatingPointEnvironment environment;
    using Scratch = typename State::Scratch;
    CompressionSettings& settings = state_->settings;
    require(state_->num_before % kRun == 0, "the number of samples in all pieces but the last", state_->num_before,
            "a multiple of 65536");
    if (!settings.panel_exponent) {
        settings.panel_exponent = choose_exponent(source);
    }

    // Units lie on the absolute grid of runs, so that each is a list of complete subtrees wherever the samples begin.
    const std::uint64_t first_run = (settings.first_index + state_->num_before) / kRun;
    const std::uint64_t end_run = first_run + divided_up(source.num_samples(), kRun);
    const std::uint64_t first_unit = first_run / kRunsPerUnit;
    const std::uint64_t num_units = divided_up(end_run, kRunsPerUnit) - first_unit;
    const std::uint64_t units_at_once = 4 * static_cast<std::uint64_t>(state_->num_threads);
    for (std::uint64_t begin = 0; begin < num_units; begin += units_at_once) {
        const std::uint64_t count = std::min(units_at_once, num_units - begin);
        std::vector<std::vector<MomentSubtree>> units(count);
        for_each_chunk(count, state_->num_threads, [&](std::size_t unit, int thread) {
            std::unique_ptr<Scratch>& mine = state_->scratch[static_cast<std::size_t>(thread)];
            if (!mine) {
                mine.reset(new Scratch{{}, RunSums(*settings.panel_exponent, settings.num_nodes)});
            }
            const std::uint64_t unit_run = (first_unit + begin + unit) * kRunsPerUnit;
            for (std::uint64_t run = std::max(unit_run, first_run); run < std::min(unit_run + kRunsPerUnit, end_run);
                 ++run) {
                if (is_requested(settings.execution.stop_request)) {
                    throw Stopped("the compression was stopped");
                }
                state_->sum_run(*mine, source, run, units[unit]);
            }
        });
        for (std::vector<MomentSubtree>& unit : units) {
            for (MomentSubtree& subtree : unit) {
                append(state_->subtrees, std::move(subtree), settings.num_nodes);
            }
        }
    }
    state_->num_before += source.num_samples();
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
