#include "skein/compressed_dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <locale>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>

#include "batch_gradient.hpp"
#include "kernels/floating_point_environment.hpp"
#include "moment_level.hpp"
#include "moment_sums.hpp"
#include "panel_grid.hpp"
#include "parallel.hpp"
#include "power.hpp"
#include "require.hpp"
#include "skein/dataset.hpp"

namespace skein {
namespace {

constexpr std::uint64_t kRun = CompressedDataset::kSplitSamples;
/// Runs that a thread sums up before the list of subtrees takes them: a subtree themselves, so that the adding up is
/// done side by side as well.
constexpr std::uint64_t kRunsPerUnit = 16;
/// log2 of the median of |x| over the width of the finest panels: near 0 the poles of 8 tanh layers of weight 3
/// take panels of 2^-15.
constexpr int kFinestPanels = 16;

void check_num_nodes(std::size_t num_nodes) {
    require(num_nodes >= 16 && num_nodes <= 64 && num_nodes % 16 == 0, "the number of nodes of a panel", num_nodes,
            "16, 32, 48 or 64");
}

void check_exponent(int exponent) {
    require(exponent >= -500 && exponent <= 500, "the panel exponent", exponent, "from -500 to 500");
}

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
    explicit RunReader(const SampleSource<Scalar>& source) : source_(source), buffer_(3 * kRun) {}

    void read(std::uint64_t first, std::size_t count) {
        const MiniBatch<Scalar> samples =
            source_.range(first, count, {buffer_.data(), buffer_.data() + kRun, buffer_.data() + 2 * kRun});
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
    const SampleSource<Scalar>& source_;
    std::vector<Scalar> buffer_;
    std::vector<double> x_, y_, m_;
};

/// Largest size of numbers of which a sum of 2^60 squares is finite.
constexpr double kLargest = 0x1p480;
/// Whole numbers of cells up to this fit into 64 bits.
constexpr int kCellBits = 62;

[[noreturn]] void fail_as_too_large(const char* column, std::uint64_t row, double value) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << column << " of sample " << row << " is " << value << ", too large: sums of such squares overflow";
    throw std::invalid_argument(text.str());
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
    require(false, "x of sample " + std::to_string(first + static_cast<std::uint64_t>(farthest - x.begin()) + 1),
            *farthest,
            ("less than 2^62 times the width of the finest panels, 2^" + std::to_string(panel_exponent) +
             ": wide enough are those of skein data compress --panel-width 2^" + std::to_string(enough))
                .c_str());
}

/// By the median of |x|, which a few samples far out do not move; but so that these are within 2^61 cells.
template <class Scalar>
int choose_exponent(const SampleSource<Scalar>& source) {
    RunReader<Scalar> reader(source);
    reader.read(0, static_cast<std::size_t>(std::min(kRun, source.num_samples())));
    checked_size("x", reader.x(), 0);
    std::vector<double> sizes;
    for (const double x : reader.x()) {
        if (x != 0.0) {
            sizes.push_back(std::abs(x));
        }
    }
    if (sizes.empty()) {
        return 0;
    }
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::ranges::nth_element(sizes, middle);
    const int of_median = floor_exponent(*middle) - kFinestPanels;
    const int of_largest = floor_exponent(*std::ranges::max_element(sizes)) - 60;
    return std::clamp(std::max(of_median, of_largest), -500, 500);
}

bool is_panel(std::int64_t first_cell) {
    return octave_of(first_cell) <= 62 && finest_panel_of(first_cell) == first_cell;
}

void check_subtree(const MomentSubtree& subtree, std::size_t num_nodes) {
    const PanelLayout layout(num_nodes);
    const bool is_sound = subtree.level < 48 && subtree.first_run % (std::uint64_t{1} << subtree.level) == 0 &&
                          subtree.num_samples > 0 && subtree.num_samples <= kRun << subtree.level &&
                          !subtree.panels.empty() && subtree.sums.size() == subtree.panels.size() * layout.stride &&
                          std::ranges::adjacent_find(subtree.panels, std::greater_equal<>()) == subtree.panels.end() &&
                          std::ranges::all_of(subtree.panels, is_panel) && subtree.x_min <= subtree.x_max &&
                          std::ranges::all_of(subtree.sums, [](double sum) { return std::isfinite(sum); });
    require(is_sound, "a subtree of sums at run", subtree.first_run, "panels in order, finite sums for each");
}

/// The subtrees as one, from the last to the first, as they would be combined if more samples came.
PanelSums total(const std::vector<MomentSubtree>& subtrees, std::size_t num_nodes) {
    MomentSubtree sum = subtrees.back();
    for (std::size_t index = subtrees.size() - 1; index-- > 0;) {
        sum = combined(subtrees[index], std::move(sum), num_nodes);
    }
    return {std::move(sum.panels), std::move(sum.sums)};
}

void add_up(const PanelSums& finest, CompressedDataset::Storage& storage) {
    const PanelLayout layout(storage.num_nodes);
    const double width = power_of_two(storage.panel_exponent);
    double squares_x = 0.0, squares_y = 0.0;
    std::vector<double> product(storage.num_nodes);
    for (std::size_t index = 0; index < finest.panels.size(); ++index) {
        const std::span panel = std::span(finest.sums).subspan(index * layout.stride, layout.stride);
        const std::span moments = panel.subspan(layout.moments, layout.fit - layout.moments);
        const std::span fit = panel.subspan(layout.fit, layout.num_nodes);
        const std::int64_t first_cell = finest.panels[index];
        const double half = 0.5 * power_of_two(finest_level(first_cell)) * width;
        const double centre = static_cast<double>(first_cell) * width + half;
        storage.sample_weight_sum += moments[0];
        squares_x +=
            (centre * moments[0] + 2.0 * half * moments[1]) * centre + half * half * 0.5 * (moments[2] + moments[0]);
        apply_gram(moments, fit, product);
        squares_y += dot(fit, product) + 2.0 * dot(fit, panel.subspan(layout.residual_moments, layout.num_nodes)) +
                     panel[layout.squares];
    }
    require(storage.sample_weight_sum > 0.0, "the sum of the sample weights", storage.sample_weight_sum,
            "a positive number");
    storage.mean_square_x = std::max(squares_x, 0.0) / storage.sample_weight_sum;
    storage.mean_square_y = std::max(squares_y, 0.0) / storage.sample_weight_sum;
}

void make_levels(PanelSums finest, CompressedDataset::Storage& storage) {
    const Chebyshev chebyshev(storage.num_nodes);
    const PanelLayout layout(storage.num_nodes);
    const double cell_width = power_of_two(storage.panel_exponent);
    int num_levels = 0;
    for (const std::int64_t panel : finest.panels) {
        num_levels = std::max(num_levels, octave_of(panel) + 1);
    }
    PanelSums panels = std::move(finest);
    for (int level = 0; level < num_levels; ++level) {
        if (level > 0) {
            panels = coarser(panels, level - 1, layout);
        }
        storage.levels.emplace_back(panels, level, cell_width, chebyshev, storage.sample_weight_sum);
    }
}

}  // namespace

CompressedDataset::CompressedDataset(int panel_exponent, std::size_t num_nodes, std::vector<MomentSubtree> subtrees) {
    const FloatingPointEnvironment environment;
    check_num_nodes(num_nodes);
    check_exponent(panel_exponent);
    require(!subtrees.empty(), "the number of subtrees", subtrees.size(), "at least 1");
    auto storage = std::make_shared<Storage>();
    storage->panel_exponent = panel_exponent;
    storage->num_nodes = num_nodes;
    storage->x_min = subtrees[0].x_min;
    storage->x_max = subtrees[0].x_max;
    std::uint64_t next_run = subtrees[0].first_run;
    for (std::size_t index = 0; index < subtrees.size(); ++index) {
        const MomentSubtree& subtree = subtrees[index];
        check_subtree(subtree, num_nodes);
        const bool is_complete = subtree.num_samples == kRun << subtree.level;
        require(subtree.first_run == next_run && (is_complete || (subtree.level == 0 && index + 1 == subtrees.size())),
                "the first run of a subtree", subtree.first_run, "the one after the last, all runs complete");
        next_run += std::uint64_t{1} << subtree.level;
        storage->num_samples += subtree.num_samples;
        storage->x_min = std::min(storage->x_min, subtree.x_min);
        storage->x_max = std::max(storage->x_max, subtree.x_max);
    }
    PanelSums finest = total(subtrees, num_nodes);
    storage->num_panels = finest.panels.size();
    add_up(finest, *storage);
    make_levels(std::move(finest), *storage);
    storage->subtrees = std::move(subtrees);
    storage_ = std::move(storage);
}

std::uint64_t CompressedDataset::num_samples() const noexcept { return storage_->num_samples; }
double CompressedDataset::sample_weight_sum() const noexcept { return storage_->sample_weight_sum; }
double CompressedDataset::x_min() const noexcept { return storage_->x_min; }
double CompressedDataset::x_max() const noexcept { return storage_->x_max; }
double CompressedDataset::mean_square_x() const noexcept { return storage_->mean_square_x; }
double CompressedDataset::mean_square_y() const noexcept { return storage_->mean_square_y; }
std::uint64_t CompressedDataset::first_index() const noexcept { return storage_->subtrees[0].first_run * kRun; }
int CompressedDataset::panel_exponent() const noexcept { return storage_->panel_exponent; }
std::size_t CompressedDataset::num_nodes() const noexcept { return storage_->num_nodes; }
std::size_t CompressedDataset::num_panels() const noexcept { return storage_->num_panels; }
std::span<const MomentSubtree> CompressedDataset::subtrees() const noexcept { return storage_->subtrees; }

template <class Scalar>
CompressedDataset compress(const Dataset<Scalar>& data, const CompressionSettings& settings,
                           CompressionObserver* observer) {
    const FloatingPointEnvironment environment;
    check_num_nodes(settings.num_nodes);
    require_threads(settings.execution);
    require(settings.first_index % kRun == 0, "the index of the first sample", settings.first_index,
            "a multiple of 65536");
    const SampleSource<Scalar>& source = data.source();
    const int exponent = settings.panel_exponent ? *settings.panel_exponent : choose_exponent(source);
    check_exponent(exponent);
    const int num_threads = resolve_num_threads(settings.execution.num_threads);

    // Units lie on the absolute grid of runs, so that each is a list of complete subtrees wherever the samples begin.
    const std::uint64_t num_samples = source.num_samples(), first_run = settings.first_index / kRun;
    const std::uint64_t end_run = first_run + (num_samples + kRun - 1) / kRun;
    const std::uint64_t first_unit = first_run / kRunsPerUnit;
    const std::uint64_t num_units = (end_run + kRunsPerUnit - 1) / kRunsPerUnit - first_unit;
    const std::uint64_t units_at_once = 4 * static_cast<std::uint64_t>(num_threads);
    struct Scratch {
        RunReader<Scalar> reader;
        RunSums sums;
    };
    std::vector<std::unique_ptr<Scratch>> scratch(static_cast<std::size_t>(num_threads));
    std::vector<MomentSubtree> subtrees;
    std::mutex one_at_a_time;
    for (std::uint64_t begin = 0; begin < num_units; begin += units_at_once) {
        const std::uint64_t count = std::min(units_at_once, num_units - begin);
        std::vector<std::vector<MomentSubtree>> units(count);
        for_each_chunk(count, num_threads, [&](std::size_t unit, int thread) {
            std::unique_ptr<Scratch>& mine = scratch[static_cast<std::size_t>(thread)];
            if (!mine) {
                mine.reset(new Scratch{RunReader<Scalar>(source), RunSums(exponent, settings.num_nodes)});
            }
            const std::uint64_t unit_run = (first_unit + begin + unit) * kRunsPerUnit;
            for (std::uint64_t run = std::max(unit_run, first_run); run < std::min(unit_run + kRunsPerUnit, end_run);
                 ++run) {
                if (is_requested(settings.execution.stop_request)) {
                    throw std::runtime_error("the compression was stopped");
                }
                const std::uint64_t first = (run - first_run) * kRun;
                const std::uint64_t size = std::min(kRun, num_samples - first);
                mine->reader.read(first, static_cast<std::size_t>(size));
                checked_size("y", mine->reader.y(), first);
                check_range(mine->reader.x(), checked_size("x", mine->reader.x(), first), exponent, first);
                append(units[unit],
                       mine->sums.sum_run(mine->reader.x(), mine->reader.y().data(), mine->reader.m(), run * kRun),
                       settings.num_nodes);
                if (observer != nullptr) {
                    const std::lock_guard lock(one_at_a_time);
                    observer->after_samples(size);
                }
            }
        });
        for (std::vector<MomentSubtree>& unit : units) {
            for (MomentSubtree& subtree : unit) {
                append(subtrees, std::move(subtree), settings.num_nodes);
            }
        }
    }
    return {exponent, settings.num_nodes, std::move(subtrees)};
}

CompressedDataset merge(std::span<const CompressedDataset> parts) {
    const FloatingPointEnvironment environment;
    require(!parts.empty(), "the number of parts", parts.size(), "at least 1");
    std::vector<const CompressedDataset*> ordered;
    for (const CompressedDataset& part : parts) {
        require(part.panel_exponent() == parts[0].panel_exponent(), "the panel exponent of a part",
                part.panel_exponent(), ("that of the first, " + std::to_string(parts[0].panel_exponent())).c_str());
        require(part.num_nodes() == parts[0].num_nodes(), "the number of nodes of a part's panels", part.num_nodes(),
                ("that of the first, " + std::to_string(parts[0].num_nodes())).c_str());
        ordered.push_back(&part);
    }
    std::ranges::sort(ordered, {}, [](const CompressedDataset* part) { return part->first_index(); });
    std::vector<MomentSubtree> subtrees;
    std::uint64_t next = ordered[0]->first_index();
    for (const CompressedDataset* const part : ordered) {
        const std::uint64_t first = part->first_index();
        require(first == next, "the index of a part's first sample", first,
                ("the one after the part before, " + std::to_string(next)).c_str());
        next = first + part->num_samples();
        for (const MomentSubtree& subtree : part->subtrees()) {
            append(subtrees, subtree, parts[0].num_nodes());
        }
    }
    return {parts[0].panel_exponent(), parts[0].num_nodes(), std::move(subtrees)};
}

template CompressedDataset compress(const Dataset<float>&, const CompressionSettings&, CompressionObserver*);
template CompressedDataset compress(const Dataset<double>&, const CompressionSettings&, CompressionObserver*);

}  // namespace skein
