#include "files/sweep_arrays.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/require.hpp"
#include "base/text.hpp"
#include "files/arrays/npy_header.hpp"
#include "files/checkpoint.hpp"
#include "skein/files/sweep_files.hpp"

namespace skein {
namespace internal::files {
namespace {

constexpr std::string_view kExtension = ".npy";

ElementType element_type(OutcomeKind kind) {
    switch (kind) {
        case OutcomeKind::code: return ElementType::uint8;
        case OutcomeKind::count: return ElementType::uint64;
        case OutcomeKind::count_or_never: return ElementType::int64;
        case OutcomeKind::truth: return ElementType::boolean;
        case OutcomeKind::real: break;
    }
    return ElementType::float64;
}

}  // namespace

std::string file_name(std::string_view column) { return to_text(column, kExtension); }

template <class Scalar>
std::vector<ArraySpec> array_specs(const Sweep<Scalar>& sweep) {
    std::vector<std::size_t> grid;
    for (const SweepAxis& axis : sweep.settings().axes) {
        grid.insert(grid.begin(), axis.values.size());
    }
    std::vector<ArraySpec> specs;
    for_each_column(sweep.settings(), [&](const auto& column) {
        if (column.per_lane == 0) {
            return;
        }
        std::vector<std::size_t> shape = grid;
        if (column.is_table) {
            shape.push_back(column.per_lane);
        }
        specs.push_back({file_name(column.name), element_type(column.kind), shape});
    });
    grid.push_back(sweep.max_layers());
    specs.push_back({file_name("weights"), kTypeOf<Scalar>, grid});
    return specs;
}

std::vector<ArraySpec> axis_specs(const std::vector<SweepAxis>& axes) {
    std::vector<ArraySpec> specs;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        specs.push_back({file_name(to_text("axis_", axis + 1)), ElementType::float64, {axes[axis].values.size()}});
    }
    return specs;
}

template std::vector<ArraySpec> array_specs(const Sweep<float>&);
template std::vector<ArraySpec> array_specs(const Sweep<double>&);

}  // namespace internal::files

using namespace internal;
using namespace internal::files;

namespace {

bool is_axis_name(std::string_view name) {
    constexpr std::string_view kAxis = "axis_";
    return name.starts_with(kAxis) && name.size() > kAxis.size() &&
           name.find_first_not_of("0123456789", kAxis.size()) == std::string_view::npos;
}

template <class Stored>
std::vector<double> read_all(const ArrayFile& file) {
    std::vector<Stored> elements(static_cast<std::size_t>(file.num_elements()));
    file.template read<Stored>(0, elements);
    if constexpr (std::is_same_v<Stored, double>) {
        return elements;
    } else {
        return {elements.begin(), elements.end()};
    }
}

std::vector<double> read_all(const ArrayFile& file, OutcomeKind kind) {
    switch (kind) {
        case OutcomeKind::code:
        case OutcomeKind::truth: return read_all<std::uint8_t>(file);
        case OutcomeKind::count: return read_all<std::uint64_t>(file);
        case OutcomeKind::count_or_never: {
            std::vector<double> values = read_all<std::int64_t>(file);
            std::ranges::replace(values, -1.0, std::numeric_limits<double>::quiet_NaN());
            return values;
        }
        case OutcomeKind::real: break;
    }
    return read_all<double>(file);
}

}  // namespace

bool is_sweep_file_name(std::string_view name) {
    if (name == kCheckpointName) {
        return true;
    }
    if (!name.ends_with(kExtension)) {
        return false;
    }
    name.remove_suffix(kExtension.size());
    bool is_known = name == "weights" || is_axis_name(name);
    for_each_column({}, [&](const auto& column) { is_known |= name == column.name; });
    return is_known;
}

std::vector<double> read_outcomes(const std::filesystem::path& directory, std::string_view name,
                                  std::span<const std::size_t> shape) {
    std::optional<OutcomeKind> kind;
    for_each_column({}, [&](const auto& column) {
        if (name == column.name) {
            kind = column.kind;
        }
    });
    require(kind.has_value(), "the name of the outcomes", name, "that of a column of EnsembleOutcome");
    return read_all(ArrayFile::open(directory / file_name(name), element_type(*kind), shape), *kind);
}

}  // namespace skein
