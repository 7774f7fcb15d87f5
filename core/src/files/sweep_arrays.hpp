// The arrays in the directory of a sweep: their names, types and shapes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "skein/files/array_file.hpp"
#include "skein/sweep.hpp"

namespace skein::internal::files {

/// The file of an array.
std::string file_name(std::string_view array);

struct ArraySpec {
    std::string name;  ///< of its file
    ElementType type;
    std::vector<std::size_t> shape;
};

/// The outcomes that the sweep keeps, and the weights.
template <class Scalar>
std::vector<ArraySpec> array_specs(const Sweep<Scalar>& sweep);

/// The values of the axes.
std::vector<ArraySpec> axis_specs(const std::vector<SweepAxis>& axes);

}  // namespace skein::internal::files
