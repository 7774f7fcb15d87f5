/// Compressed data sets in files. By convention, their names end in .skc.
#pragma once

#include <filesystem>

#include "skein/compressed_dataset.hpp"

namespace skein {

/// Writes the sums of a compressed data set, whole or not at all. Throws FileError when that fails.
void write_compressed(const std::filesystem::path& path, const CompressedDataset& data);

/// Throws FileError for a file that is no compressed data set, of another version, cut short, longer than it says, or
/// damaged (it carries a checksum).
CompressedDataset read_compressed(const std::filesystem::path& path);

}  // namespace skein
