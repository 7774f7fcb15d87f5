/// .npy files of NumPy. Reads format versions 1.0 to 3.0 (numpy.lib.format), in C or Fortran order and either byte
/// order, of bool, int8 to int64, uint8 to uint64, and float16 to float64. Writes version 1.0: float32 or float64,
/// little-endian, in C order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace skein {

template <class Scalar>
struct NpyArray {
    std::vector<std::size_t> shape;
    std::vector<Scalar> values;  ///< in C order, whatever that of the file: the last index runs fastest
};

/// Reads an array of one or two dimensions, of any of these types, and rounds each element once to Scalar. Throws
/// FileError if the file cannot be read, has another type, a damaged header, or another size than its shape demands, or
/// if a float64 overflows a float Scalar.
template <class Scalar>
NpyArray<Scalar> read_npy(const std::filesystem::path& path);

/// Writes `values`, in C order, whole or not at all. Throws std::invalid_argument if their number is not the product of
/// `shape`, or if there are more than 32 dimensions; FileError if writing fails.
template <class Scalar>
void write_npy(const std::filesystem::path& path, std::span<const Scalar> values, std::span<const std::size_t> shape);

}  // namespace skein
