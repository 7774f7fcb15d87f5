#include "skein/files/sweep_files.hpp"

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>

#include "files/checkpoint.hpp"
#include "files/io/directory.hpp"
#include "files/io/file_error.hpp"
#include "files/sweep_arrays.hpp"
#include "skein/files/array_file.hpp"

namespace skein {

using namespace internal;
using files::array_specs, files::axis_specs, files::file_name, files::ArraySpec;

namespace {

namespace fs = std::filesystem;

void remove_earlier_files(const fs::path& directory) {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
        if (is_sweep_file_name(entry.path().filename().native())) {
            found.push_back(entry.path());
        }
    }
    std::ranges::for_each(found, files::remove_file);
}

/// The numbers of lanes [0, count) as an array stores them, a lane after the other; kNever becomes -1. `column` is
/// [lanes x per_lane].
template <class Stored, class Value>
std::vector<Stored> stored(const std::vector<Value>& column, std::size_t num_lanes, std::size_t per_lane,
                           std::size_t count) {
    std::vector<Stored> elements;
    elements.reserve(count * per_lane);
    for (std::size_t lane = 0; lane < count; ++lane) {
        for (std::size_t at = 0; at < per_lane; ++at) {
            elements.push_back(static_cast<Stored>(column[at * num_lanes + lane]));
        }
    }
    return elements;
}

}  // namespace

template <class Scalar>
struct SweepFiles<Scalar>::State {
    State(fs::path the_directory, const Sweep<Scalar>& sweep)
        : directory(std::move(the_directory)),
          selection(sweep.settings()),
          specs(array_specs(sweep)),
          max_layers(sweep.max_layers()) {}

    fs::path directory;
    OutcomeSelection selection;
    std::vector<ArraySpec> specs;
    std::vector<ArrayFile> arrays;
    files::Checkpoint checkpoint;
    std::size_t max_layers;
    std::vector<std::string> axis_names;

    ArrayFile& array(std::string_view column) {
        const auto found = std::ranges::find(specs, file_name(column), &ArraySpec::name);
        return arrays[static_cast<std::size_t>(found - specs.begin())];
    }
    /// `elements` are those of whole points, the next ones.
    template <class T>
    void write(std::string_view column, std::size_t per_point, std::span<const T> elements) {
        array(column).write(checkpoint.points_done * per_point, elements);
    }
    template <class Value>
    void append(const OutcomeColumn<Value>& column, const EnsembleOutcome& points, std::size_t count) {
        const auto put = [&]<class Stored>(Stored) {
            const std::vector<Stored> elements =
                stored<Stored>(points.*column.values, points.status.size(), column.per_lane, count);
            write(column.name, column.per_lane, std::span<const Stored>(elements));
        };
        if constexpr (std::is_enum_v<Value>) {
            put(std::underlying_type_t<Value>{});
        } else if (column.kind == OutcomeKind::count_or_never) {
            put(std::int64_t{});
        } else {
            put(Value{});
        }
    }
    void mark_not_run(std::uint64_t num_points) {
        constexpr std::uint64_t kAtATime = 1 << 20;
        for (std::uint64_t first = 0; first < num_points; first += kAtATime) {
            const std::vector<std::uint8_t> codes(static_cast<std::size_t>(std::min(kAtATime, num_points - first)),
                                                  kNotRun);
            array("status").write(first, std::span<const std::uint8_t>(codes));
        }
    }
};

template <class Scalar>
SweepFiles<Scalar>::SweepFiles(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
template <class Scalar>
SweepFiles<Scalar>::SweepFiles(SweepFiles&&) noexcept = default;
template <class Scalar>
SweepFiles<Scalar>& SweepFiles<Scalar>::operator=(SweepFiles&&) noexcept = default;
template <class Scalar>
SweepFiles<Scalar>::~SweepFiles() = default;

template <class Scalar>
std::uint64_t SweepFiles<Scalar>::total_bytes(const Sweep<Scalar>& sweep) {
    std::uint64_t total = 0;
    for (const auto& specs : {array_specs(sweep), axis_specs(sweep.settings().axes)}) {
        for (const ArraySpec& spec : specs) {
            total += array_file_bytes(spec.type, spec.shape);
        }
    }
    return total;
}

template <class Scalar>
bool SweepFiles<Scalar>::is_unfinished(const fs::path& directory) {
    return files::has_checkpoint(directory);
}

template <class Scalar>
void SweepFiles<Scalar>::remove_checkpoint(const fs::path& directory) {
    files::remove_checkpoint(directory);
}

template <class Scalar>
SweepFiles<Scalar> SweepFiles<Scalar>::create(const fs::path& directory, const Sweep<Scalar>& sweep) {
    files::remove_checkpoint(directory);
    remove_earlier_files(directory);
    auto state = std::make_unique<State>(directory, sweep);
    if (sweep.data().compressed() != nullptr) {
        state->checkpoint.compression.emplace();
    }
    const std::vector<ArraySpec> axes = axis_specs(sweep.settings().axes);
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        state->axis_names.push_back(axes[axis].name);
        ArrayFile values = ArrayFile::create(directory / axes[axis].name, axes[axis].type, axes[axis].shape);
        values.write(0, std::span<const double>(sweep.settings().axes[axis].values));
        values.sync();
    }
    for (const ArraySpec& spec : state->specs) {
        state->arrays.push_back(ArrayFile::create(directory / spec.name, spec.type, spec.shape));
    }
    state->mark_not_run(sweep.num_points());
    SweepFiles files(std::move(state));
    files.sync();
    return files;
}

template <class Scalar>
SweepFiles<Scalar> SweepFiles<Scalar>::open(const fs::path& directory, const Sweep<Scalar>& sweep) {
    auto state = std::make_unique<State>(directory, sweep);
    for (const ArraySpec& axis : axis_specs(sweep.settings().axes)) {
        state->axis_names.push_back(axis.name);
    }
    for (const ArraySpec& spec : state->specs) {
        state->arrays.push_back(ArrayFile::open(directory / spec.name, spec.type, spec.shape));
    }
    state->checkpoint = files::read_checkpoint(directory, sweep.data().compressed() != nullptr);
    if (state->checkpoint.points_done > sweep.num_points()) {
        files::fail(directory / files::kCheckpointName, "says that ", state->checkpoint.points_done,
                    " points are done, but the sweep has ", sweep.num_points());
    }
    return SweepFiles(std::move(state));
}

template <class Scalar>
std::uint64_t SweepFiles<Scalar>::points_done() const noexcept {
    return state_->checkpoint.points_done;
}

template <class Scalar>
const std::optional<CompressionRecord>& SweepFiles<Scalar>::compression() const noexcept {
    return state_->checkpoint.compression;
}

template <class Scalar>
void SweepFiles<Scalar>::append(const SweepOutcome<Scalar>& outcome) {
    append(outcome, outcome.points.status.size());
}

template <class Scalar>
void SweepFiles<Scalar>::append(const SweepOutcome<Scalar>& outcome, std::size_t count) {
    const EnsembleOutcome& points = outcome.points;
    State& state = *state_;
    for_each_column(state.selection, [&](const auto& column) {
        if (column.per_lane != 0) {
            state.append(column, points, count);
        }
    });
    state.write("weights", state.max_layers, std::span<const Scalar>(outcome.weights).first(count * state.max_layers));
    if (state.checkpoint.compression) {
        *state.checkpoint.compression += CompressionRecord::sum(std::span(points.compression).first(count));
    }
    state.checkpoint.points_done += count;
}

template <class Scalar>
void SweepFiles<Scalar>::sync() {
    for (ArrayFile& array : state_->arrays) {
        array.sync();
    }
    files::write_checkpoint(state_->directory, state_->checkpoint);
}

template <class Scalar>
void SweepFiles<Scalar>::finish() {
    sync();
    files::remove_file(state_->directory / files::kCheckpointName);
}

template <class Scalar>
std::vector<std::string> SweepFiles<Scalar>::names() const {
    std::vector<std::string> names = state_->axis_names;
    for (const ArraySpec& spec : state_->specs) {
        names.push_back(spec.name);
    }
    return names;
}

template class SweepFiles<float>;
template class SweepFiles<double>;

}  // namespace skein
