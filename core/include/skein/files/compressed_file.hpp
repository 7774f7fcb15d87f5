/// Compressed data sets in files. By convention, their names end in .skc.
#pragma once

#include <filesystem>

#include "skein/compressed_dataset.hpp"

namespace skein {

/// Writes the sums of a compressed data set, whole or not at all. Throws FileError if that fails.
void write_compressed(const std::filesystem::path& path, const CompressedDataset& data);

/// Reads such a file. Throws FileError if it cannot be read, is not a compressed data set, has another version, is
/// truncated or too long, or is damaged (its checksum tells).
CompressedDataset read_compressed(const std::filesystem::path& path);

}  // namespace skein
