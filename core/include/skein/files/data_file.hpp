/// Data sets from files, read whole into memory or piece by piece.
#pragma once

#include <cstdint>
#include <filesystem>

#include "skein/dataset.hpp"

namespace skein {

/// A data set from
///   a .csv file with columns x,y or x,y,m (m: sample weight), with or without a line of these names (in any case) at
///   its head;
///   a .npy file of shape (N, 2) or (N, 3), with these columns.
/// Throws FileError, naming file, row and column (both from 1; rows are lines of the file for .csv), for a file that
/// cannot be read, is empty, ends in neither .csv nor .npy, has text, missing columns, ragged rows, NaN or infinities,
/// numbers out of Scalar's range, negative sample weights or ones that sum to zero. (Too small for Scalar is 0.)
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& path);

/// A data set from two .npy files of shape (N) or (N, 1). Throws FileError also when their lengths differ.
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path);

/// Samples that take more memory than this are left in their file.
inline constexpr std::uint64_t kMaxBytesInMemory = std::uint64_t{1} << 28;

/// As read_dataset() for samples of up to `max_bytes` in memory. A larger .npy file stays open, and its samples are read
/// when they are asked for: training on it takes no memory to speak of, and gives the same bits. Then NaN, infinities
/// and negative sample weights are FileErrors when they are met, and so is a file that has become shorter.
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxBytesInMemory);
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                             std::uint64_t max_bytes = kMaxBytesInMemory);

}  // namespace skein
