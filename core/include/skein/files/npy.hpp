/// NumPy's .npy files, format versions 1.0 to 3.0 (numpy.lib.format): float32 or float64, little-endian, C order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace skein {

template <class Scalar>
struct NpyArray {
    std::vector<std::size_t> shape;
    std::vector<Scalar> values;  // C order: the last index runs fastest
};

/// Reads an array of one or two dimensions; float32 and float64 are converted to Scalar as they come.
/// Throws FileError for anything else: another type, byte order, Fortran order, a damaged header, a size that does not
/// agree with the shape, a float64 that overflows a float Scalar.
template <class Scalar>
NpyArray<Scalar> read_npy(const std::filesystem::path& path);

/// Writes `values` in C order, whole or not at all. Throws std::invalid_argument when shape and size disagree or there
/// are more than 32 dimensions, and FileError when writing fails.
template <class Scalar>
void write_npy(const std::filesystem::path& path, std::span<const Scalar> values, std::span<const std::size_t> shape);

}  // namespace skein
