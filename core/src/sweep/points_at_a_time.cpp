// How many points of a sweep are trained at once.
#include <algorithm>

#include "base/round_up.hpp"
#include "kernels/row_lanes.hpp"
#include "skein/sweep.hpp"

namespace skein {

using namespace internal;

namespace {

/// Samples x layers: about half a second of one core, the most that Ctrl-C may undo.
constexpr double kWorkPerThread = 2.5e8;
constexpr double kMaxPointsPerThread = 65536;
constexpr double kMaxBytes = 268435456;

/// How many depths and batch sizes there are among `num_points` neighbouring points: such chains share no row.
std::uint64_t num_groups(const SweepSettings& settings, std::uint64_t num_points) {
    std::uint64_t groups = 1, distance = 1;
    for (const SweepAxis& axis : settings.axes) {
        if (axis.parameter.kind == SweepParameter::Kind::layers || axis.parameter.kind == SweepParameter::Kind::batch) {
            groups *= std::min<std::uint64_t>(axis.values.size(), divided_up(num_points, distance));
        }
        distance *= axis.values.size();
    }
    return groups;
}

/// Roughly: a point's outcome and settings, with their copies on the way.
template <class Scalar>
double bytes_per_point(const Sweep<Scalar>& sweep) {
    const auto num_records = static_cast<double>(sweep.settings().recorded_steps.size());
    const auto num_layers = static_cast<double>(sweep.max_layers());
    return 256 + 3 * sizeof(double) * num_records + (5 * sizeof(Scalar) + sizeof(double)) * num_layers;
}

}  // namespace

template <class Scalar>
std::size_t points_at_a_time(const Sweep<Scalar>& sweep, int num_threads) {
    const auto threads = static_cast<std::uint64_t>(num_threads);
    const double work = std::max(1.0, sweep.work_per_point());
    const auto by_work = static_cast<std::uint64_t>(std::min(kWorkPerThread / work, kMaxPointsPerThread));
    std::uint64_t count = std::max<std::uint64_t>(1, by_work / kernels::kRowLanes * kernels::kRowLanes) * threads;
    // A partly filled row costs as much as a full one, so fewer points than fill a row save no time.
    const std::uint64_t lanes_of_group =
        std::max<std::uint64_t>(1, sweep.num_points() / num_groups(sweep.settings(), sweep.num_points()));
    const std::uint64_t wanted = std::min(kernels::kRowLanes * threads, lanes_of_group);
    while (count < wanted * num_groups(sweep.settings(), count)) {
        count *= 2;
    }
    const auto by_memory = static_cast<std::uint64_t>(kMaxBytes / bytes_per_point(sweep));
    return static_cast<std::size_t>(std::min({count, std::max(kernels::kRowLanes, by_memory), sweep.num_points()}));
}

template std::size_t points_at_a_time(const Sweep<float>&, int);
template std::size_t points_at_a_time(const Sweep<double>&, int);

}  // namespace skein
