#include "sweep/sweep_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include "skein/files/array_file.hpp"
#include "skein/files/colours.hpp"
#include "skein/files/sweep_files.hpp"

namespace skein::app {
namespace {

constexpr std::size_t kRecordedHeight = 512;  // rows of a picture of recorded losses
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> shape_of(const std::vector<Axis>& axes) {
    std::vector<std::size_t> shape;
    for (const Axis& axis : axes) shape.insert(shape.begin(), axis.num_points);
    return shape;
}

std::vector<double> read_converged(const std::filesystem::path& directory, const std::vector<std::size_t>& shape) {
    std::vector<double> values = read_outcomes(directory, "status", shape);
    for (double& value : values) value = value == static_cast<double>(Status::converged) ? 1.0 : 0.0;
    return values;
}

/// As numpy.median: NaN if one of them is NaN, which no order places. Changes the order of `values`.
double median(std::vector<double>& values) {
    if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
        return kNan;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return values.size() % 2 == 1 ? *middle : std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double reduced(std::vector<double>& values, Reduction reduction) {
    if (reduction == Reduction::median) {
        return median(values);
    }
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

/// A quantity over the first two axes that are shown, reduced over others.
SweepMap make_map(const MapLayout& layout, std::uint64_t begin, std::vector<double> all) {
    SweepMap map{layout.size(0), layout.size(1), {}, {}};
    if (layout.axes.size() <= 2 && layout.reduced.empty()) {  // all points, in their order
        map.values = std::move(all);
        return map;
    }
    const std::vector<std::uint64_t> offsets = layout.reduced_offsets();
    std::vector<double> values(offsets.size());
    map.values.reserve(map.width * map.height);
    for (std::size_t y = 0; y < map.height; ++y) {
        for (std::size_t x = 0; x < map.width; ++x) {
            const std::uint64_t at = begin + x * layout.step(0) + y * layout.step(1);
            std::ranges::transform(offsets, values.begin(), [&](std::uint64_t offset) { return all[at + offset]; });
            map.values.push_back(reduced(values, layout.reduction()));
        }
    }
    return map;
}

/// Learned chains by the sum of their normalised losses, the others by that of the inverses: large near the boundary.
SweepMap make_trainability(const std::filesystem::path& directory, const MapLayout& layout, std::uint64_t begin,
                           const std::vector<std::size_t>& shape) {
    const auto of = [&](std::string_view name) {
        return make_map(layout, begin, read_outcomes(directory, name, shape)).values;
    };
    SweepMap map = make_map(layout, begin, read_outcomes(directory, "loss_decreased", shape));
    const std::vector<double> learned = of("normalised_loss_sum");
    const std::vector<double> not_learned = of("inverse_loss_sum");
    for (std::size_t at = 0; at < map.values.size(); ++at) {
        map.side.push_back(map.values[at] != 0.0 ? 1 : 0);
        map.values[at] = map.side.back() == 1 ? learned[at] : not_learned[at];
    }
    return map;
}

/// function(element, index) for all elements in their order, without all of them in memory.
template <class Function>
void for_each_element(const ArrayFile& file, const Function& function) {
    constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;
    std::vector<double> elements;
    for (std::uint64_t first = 0; first < file.num_elements(); first += kBlock) {
        elements.resize(static_cast<std::size_t>(std::min(kBlock, file.num_elements() - first)));
        file.read(first, std::span<double>(elements));
        for (std::size_t at = 0; at < elements.size(); ++at) function(elements[at], first + at);
    }
}

/// As many of the numbers, evenly spread, as values_at_ranks() takes of all of them.
std::vector<double> ranked_elements(const ArrayFile& file) {
    std::uint64_t num_members = 0, member = 0;
    for_each_element(file, [&](double value, std::uint64_t) { num_members += std::isnan(value) ? 0 : 1; });
    const std::uint64_t step = std::max<std::uint64_t>(1, (num_members + kMaxRanked - 1) / kMaxRanked);
    std::vector<double> values;
    for_each_element(file, [&](double value, std::uint64_t) {
        if (!std::isnan(value) && member++ % step == 0) values.push_back(value);
    });
    return values;
}

/// How often each loss was recorded over the first axis, in rows of equal height up to the 999th in a thousand
/// (a few that diverge would press the rest together).
SweepMap make_recorded(const std::filesystem::path& directory, const MapLayout& layout, std::size_t num_records,
                       std::vector<std::size_t> shape) {
    shape.push_back(num_records);
    const ArrayFile file = ArrayFile::open(directory / "recorded_losses.npy", ElementType::float64, shape);
    SweepMap map{layout.size(0), kRecordedHeight, std::vector<double>(layout.size(0) * kRecordedHeight, kNan), {}};
    const double ends[] = {0.0, 0.999};
    const std::vector<double> bounds = values_at_ranks(ranked_elements(file), ends);
    map.y_from = bounds[0];
    map.y_to = bounds[1] > bounds[0] ? bounds[1] : bounds[0] + 1.0;
    for_each_element(file, [&](double loss, std::uint64_t at) {
        const double row = (loss - map.y_from) / (map.y_to - map.y_from) * static_cast<double>(kRecordedHeight);
        if (row >= 0 && row < static_cast<double>(kRecordedHeight)) {
            const auto x = static_cast<std::size_t>(at / num_records / layout.step(0) % layout.size(0));
            double& count = map.values[static_cast<std::size_t>(row) * map.width + x];
            count = std::isnan(count) ? 1.0 : count + 1.0;
        }
    });
    return map;
}

}  // namespace

template <class Scalar>
SweepMap read_map(const std::filesystem::path& directory, const SweepJob<Scalar>& job, const MapLayout& layout,
                  std::size_t picture) {
    const std::vector<std::size_t> shape = shape_of(job.axes);
    const std::uint64_t begin = layout.begin_of(picture);
    switch (job.quantity) {
        case Quantity::trainability: return make_trainability(directory, layout, begin, shape);
        case Quantity::recorded:
            return make_recorded(directory, layout, job.sweep.settings().recorded_steps.size(), shape);
        case Quantity::converged: return make_map(layout, begin, read_converged(directory, shape));
        case Quantity::learned: return make_map(layout, begin, read_outcomes(directory, "loss_decreased", shape));
        case Quantity::column: break;
    }
    return make_map(layout, begin, read_outcomes(directory, job.column, shape));
}
template SweepMap read_map(const std::filesystem::path&, const SweepJob<float>&, const MapLayout&, std::size_t);
template SweepMap read_map(const std::filesystem::path&, const SweepJob<double>&, const MapLayout&, std::size_t);

}  // namespace skein::app
