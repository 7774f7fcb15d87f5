#include "skein/files/sweep_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

#include "files/io/directory.hpp"
#include "files/io/file_error.hpp"
#include "skein/files/array_file.hpp"
#include "skein/files/run_directory.hpp"

namespace skein {

using namespace internal;

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCheckpointName = "checkpoint";
constexpr std::string_view kCheckpointHead = "skein sweep checkpoint 1\n";

/// All that a sweep may write, beside axis_1.npy, ...
constexpr std::string_view kFileNames[] = {
    kCheckpointName,           "status.npy",           "cause.npy",          "steps.npy",       "loss.npy",
    "first_loss.npy",          "smallest_loss.npy",    "loss_decreased.npy", "marked_step.npy", "weights.npy",
    "normalised_loss_sum.npy", "inverse_loss_sum.npy", "recorded_losses.npy"};

struct ArraySpec {
    std::string name;
    ElementType type;
    std::vector<std::size_t> shape;
};

template <class Scalar>
std::vector<ArraySpec> array_specs(const Sweep<Scalar>& sweep) {
    std::vector<std::size_t> grid;
    for (const SweepAxis& axis : sweep.settings().axes) {
        grid.insert(grid.begin(), axis.values.size());
    }
    const auto with_last = [&](std::size_t count) {
        std::vector<std::size_t> shape = grid;
        shape.push_back(count);
        return shape;
    };
    std::vector<ArraySpec> specs{
        {"status.npy", ElementType::uint8, grid},
        {"cause.npy", ElementType::uint8, grid},
        {"steps.npy", ElementType::uint64, grid},
        {"loss.npy", ElementType::float64, grid},
        {"first_loss.npy", ElementType::float64, grid},
        {"smallest_loss.npy", ElementType::float64, grid},
        {"normalised_loss_sum.npy", ElementType::float64, grid},
        {"inverse_loss_sum.npy", ElementType::float64, grid},
        {"loss_decreased.npy", ElementType::boolean, grid},
        {"weights.npy", sizeof(Scalar) == sizeof(float) ? ElementType::float32 : ElementType::float64,
         with_last(sweep.max_layers())},
    };
    if (sweep.settings().marked_loss) {
        specs.push_back({"marked_step.npy", ElementType::int64, grid});
    }
    if (!sweep.settings().recorded_steps.empty()) {
        specs.push_back(
            {"recorded_losses.npy", ElementType::float64, with_last(sweep.settings().recorded_steps.size())});
    }
    return specs;
}

std::vector<ArraySpec> axis_specs(const std::vector<SweepAxis>& axes) {
    std::vector<ArraySpec> specs;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        specs.push_back(
            {"axis_" + std::to_string(axis + 1) + ".npy", ElementType::float64, {axes[axis].values.size()}});
    }
    return specs;
}

/// FNV-1a, of 64 bits: so that a damaged number is not taken for one.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char letter : text) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3u;
    }
    return hash;
}

/// How far a sweep has got.
struct Progress {
    std::uint64_t points_done = 0;
    std::optional<CompressionRecord> compression;  // of these points, where the data are compressed
};

/// visit(key, number) for all that a checkpoint holds, in its order.
template <class SomeProgress, class Visit>
void for_each_number(SomeProgress& progress, const Visit& visit) {
    visit("points_done", progress.points_done);
    if (progress.compression) {
        visit("compressed", progress.compression->num_compressed);
        visit("exact", progress.compression->num_exact);
        visit("largest_bound", progress.compression->largest_bound);
        visit("largest_bound_of_value", progress.compression->largest_bound_of_value);
        visit("largest_refused_bound", progress.compression->largest_refused_bound);
    }
}

std::string checkpoint_text(const Progress& progress) {
    std::string text(kCheckpointHead);
    for_each_number(progress, [&](const char* key, const auto& number) {
        char digits[32];  // the fewest that give the same bits again
        text +=
            key + std::string(" ") + std::string(digits, std::to_chars(digits, std::end(digits), number).ptr) + "\n";
    });
    return text + "hash " + std::to_string(hash_of(text)) + "\n";
}

/// A number that is not there stays 0: then the text is not the progress's own, as where one is damaged.
Progress read_checkpoint(const fs::path& path, bool is_compressed) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Progress progress;
    if (is_compressed) {
        progress.compression.emplace();
    }
    for_each_number(progress, [&](const std::string& key, auto& number) {
        const std::string begin = "\n" + key + " ";
        if (const std::size_t at = text.find(begin); at != std::string::npos) {
            std::from_chars(text.data() + at + begin.size(), text.data() + text.size(), number);
        }
    });
    if (!file || text != checkpoint_text(progress)) {
        files::fail(path, "is no checkpoint of a sweep, or damaged");
    }
    return progress;
}

void remove_earlier_files(const fs::path& directory) {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
        if (is_sweep_file_name(entry.path().filename().native())) found.push_back(entry.path());
    }
    std::ranges::for_each(found, files::remove_file);
}

}  // namespace

bool is_sweep_file_name(std::string_view name) {
    constexpr std::string_view kAxis = "axis_", kEnd = ".npy";
    if (!name.starts_with(kAxis) || !name.ends_with(kEnd)) {
        return std::ranges::find(kFileNames, name) != std::end(kFileNames);
    }
    name.remove_prefix(kAxis.size());
    name.remove_suffix(kEnd.size());
    return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

template <class Scalar>
struct SweepFiles<Scalar>::State {
    fs::path directory;
    std::vector<ArraySpec> specs;
    std::vector<ArrayFile> arrays;
    Progress progress;
    std::size_t max_layers = 0;
    std::size_t num_records = 0;
    std::vector<std::string> axis_names;

    ArrayFile& array(std::string_view name) {
        const auto found = std::ranges::find(specs, name, &ArraySpec::name);
        return arrays[static_cast<std::size_t>(found - specs.begin())];
    }
    template <class T, class Value, class Convert = std::identity>
    void append(std::string_view name, std::span<const Value> values, Convert convert = {}) {
        std::vector<T> elements(values.size());
        std::ranges::transform(values, elements.begin(),
                               [&](const auto& value) { return static_cast<T>(convert(value)); });
        array(name).write(progress.points_done, std::span<const T>(elements));
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
    std::error_code ignored;
    return fs::is_regular_file(directory / kCheckpointName, ignored);
}

template <class Scalar>
void SweepFiles<Scalar>::remove_checkpoint(const fs::path& directory) {
    files::remove_file(directory / kCheckpointName);
    files::sync_directory(directory);
}

template <class Scalar>
SweepFiles<Scalar> SweepFiles<Scalar>::create(const fs::path& directory, const Sweep<Scalar>& sweep) {
    remove_checkpoint(directory);
    remove_earlier_files(directory);
    auto state = std::make_unique<State>();
    state->directory = directory;
    state->specs = array_specs(sweep);
    state->max_layers = sweep.max_layers();
    state->num_records = sweep.settings().recorded_steps.size();
    if (sweep.data().compressed() != nullptr) {
        state->progress.compression.emplace();
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
    constexpr std::uint64_t kBlock = 1 << 20;
    ArrayFile& status = state->array("status.npy");
    for (std::uint64_t first = 0; first < sweep.num_points(); first += kBlock) {
        const std::vector<std::uint8_t> not_run(static_cast<std::size_t>(std::min(kBlock, sweep.num_points() - first)),
                                                kNotRun);
        status.write(first, std::span<const std::uint8_t>(not_run));
    }
    SweepFiles files(std::move(state));
    files.sync();
    return files;
}

template <class Scalar>
SweepFiles<Scalar> SweepFiles<Scalar>::open(const fs::path& directory, const Sweep<Scalar>& sweep) {
    auto state = std::make_unique<State>();
    state->directory = directory;
    state->specs = array_specs(sweep);
    state->max_layers = sweep.max_layers();
    state->num_records = sweep.settings().recorded_steps.size();
    for (const ArraySpec& axis : axis_specs(sweep.settings().axes)) {
        state->axis_names.push_back(axis.name);
    }
    for (const ArraySpec& spec : state->specs) {
        state->arrays.push_back(ArrayFile::open(directory / spec.name, spec.type, spec.shape));
    }
    state->progress = read_checkpoint(directory / kCheckpointName, sweep.data().compressed() != nullptr);
    if (state->progress.points_done > sweep.num_points()) {
        files::fail(directory / kCheckpointName, "tells of more points than the sweep has");
    }
    return SweepFiles(std::move(state));
}

template <class Scalar>
std::uint64_t SweepFiles<Scalar>::points_done() const noexcept {
    return state_->progress.points_done;
}

template <class Scalar>
const std::optional<CompressionRecord>& SweepFiles<Scalar>::compression() const noexcept {
    return state_->progress.compression;
}

template <class Scalar>
void SweepFiles<Scalar>::append(const SweepOutcome<Scalar>& outcome) {
    append(outcome, outcome.points.status.size());
}

template <class Scalar>
void SweepFiles<Scalar>::append(const SweepOutcome<Scalar>& outcome, std::size_t count) {
    const EnsembleOutcome& points = outcome.points;
    const auto first_of = [count]<class Value>(const std::vector<Value>& column) {
        return std::span<const Value>(column).first(count);
    };
    State& state = *state_;
    state.template append<std::uint8_t>("status.npy", first_of(points.status));
    state.template append<std::uint8_t>("cause.npy", first_of(points.cause));
    state.array("steps.npy").write(state.progress.points_done, first_of(points.steps));
    const std::pair<std::string_view, const std::vector<double>*> columns[] = {
        {"loss.npy", &points.loss},
        {"first_loss.npy", &points.first_loss},
        {"smallest_loss.npy", &points.smallest_loss},
        {"normalised_loss_sum.npy", &points.normalised_loss_sum},
        {"inverse_loss_sum.npy", &points.inverse_loss_sum}};
    for (const auto& [name, column] : columns) {
        state.array(name).write(state.progress.points_done, first_of(*column));
    }
    state.array("loss_decreased.npy").write(state.progress.points_done, first_of(points.loss_decreased));
    state.array("weights.npy")
        .write(state.progress.points_done * state.max_layers,
               std::span<const Scalar>(outcome.weights).first(count * state.max_layers));
    if (std::ranges::find(state.specs, "marked_step.npy", &ArraySpec::name) != state.specs.end()) {
        state.template append<std::int64_t>("marked_step.npy", first_of(points.marked_step), [](std::uint64_t step) {
            return step == kNever ? std::int64_t{-1} : static_cast<std::int64_t>(step);
        });
    }
    const std::size_t num_lanes = points.status.size();
    std::vector<double> losses(count * state.num_records);
    for (std::size_t point = 0; state.num_records != 0 && point < count; ++point) {
        for (std::size_t record = 0; record < state.num_records; ++record) {
            losses[point * state.num_records + record] = points.recorded_losses[record * num_lanes + point];
        }
    }
    if (state.num_records != 0) {
        state.array("recorded_losses.npy")
            .write(state.progress.points_done * state.num_records, std::span<const double>(losses));
    }
    if (state.progress.compression) {
        state.progress.compression = together(*state.progress.compression, together(first_of(points.compression)));
    }
    state.progress.points_done += count;
}

template <class Scalar>
void SweepFiles<Scalar>::sync() {
    for (ArrayFile& array : state_->arrays) {
        array.sync();
    }
    write_file(state_->directory / kCheckpointName, checkpoint_text(state_->progress));
}

template <class Scalar>
void SweepFiles<Scalar>::finish() {
    sync();
    files::remove_file(state_->directory / kCheckpointName);
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
