/// Data sets from files, in memory or left in the file.
#pragma once

#include <cstdint>
#include <filesystem>

#include "skein/dataset.hpp"

namespace skein {

/// Reads a data set into memory, from
///   a .csv file with columns x,y or x,y,m (m: sample weight), separated by commas, semicolons or tabs; the first line
///   may hold these names, in upper or lower case; names and numbers may be in quotes; lines that begin with # are
///   comments; or
///   a .npy file of shape (N, 2) or (N, 3), with the same columns, of any type and order that read_npy() reads.
/// Throws FileError if the file cannot be read, is empty, or has another type; if a row has too few or too many
/// columns; if a value is not a number, not finite, or too large for Scalar (too small ones become 0); if a sample
/// weight is negative, or all are 0. The error names file, row and column, counted from 1; rows of .csv are lines.
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& path);

/// Reads a data set from two .npy files of shape (N) or (N, 1), x and y. Throws FileError also if their lengths differ.
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path);

/// Larger data sets are left in their files.
inline constexpr std::uint64_t kMaxBytesInMemory = std::uint64_t{1} << 28;

/// Like read_dataset() if the samples take at most `max_bytes` of memory. Samples of a larger .npy file are read when
/// they are needed: training then takes little memory, and gives the same bits. Wrong values, and a file that is
/// truncated meanwhile, are FileErrors at that time.
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxBytesInMemory);
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                             std::uint64_t max_bytes = kMaxBytesInMemory);

}  // namespace skein
