/// Data sets from files, in memory or left in the file.
#pragma once

#include <cstdint>
#include <filesystem>

#include "skein/csv_format.hpp"
#include "skein/dataset.hpp"

namespace skein {

/// Reads a data set into memory, from
///   text (.csv, .tsv, .txt, a pipe, or "-": standard input), as it is or compressed with gzip (.csv.gz): rows of numbers,
///   separated by commas, semicolons, tabs or blanks. The columns are x,y or x,y,m (m: sample weight), or those of
///   format.columns. The first line may hold their names, in upper or lower case; names and numbers may be in quotes;
///   lines that begin with # are comments; beside semicolons, a comma may be the decimal point; or
///   a .npy file of shape (N, 2) or (N, 3), with the same columns, of any type and order that read_npy() reads.
/// Throws FileError if the file cannot be read, is empty, or has another type; if rows have too few or too many columns;
/// if a value is missing, not a number, not finite, or too large for Scalar (too small ones become 0); if a sample
/// weight is negative, or all are 0. The error names file, row and column, counted from 1, of the first ten wrong rows of
/// text, and counts all; rows of text are lines. format.skipped leaves such rows out.
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& path, const CsvFormat& format = {});

/// Reads a data set from two .npy files of shape (N) or (N, 1), x and y. Throws FileError also if their lengths differ.
template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path);

/// Larger data sets are left in their files.
inline constexpr std::uint64_t kMaxBytesInMemory = std::uint64_t{1} << 28;

/// Like read_dataset() if the samples take at most `max_bytes` of memory. Samples of a larger .npy file are read when
/// they are needed: training then takes little memory, and gives the same bits. Wrong values, and a file that is
/// truncated meanwhile, are FileErrors at that time.
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxBytesInMemory,
                             const CsvFormat& format = {});
template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                             std::uint64_t max_bytes = kMaxBytesInMemory);

}  // namespace skein
