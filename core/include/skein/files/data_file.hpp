/// Data sets from files, read whole into memory.
#pragma once

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

}  // namespace skein
