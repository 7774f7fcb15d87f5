// How far a sweep has got: a small text file in its directory, until the sweep is finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "skein/compression_record.hpp"

namespace skein::internal::files {

struct Checkpoint {
    std::uint64_t points_done = 0;
    std::optional<CompressionRecord> compression;  ///< of these points, if the data are compressed
};

/// True if the sweep in `directory` has a checkpoint: it was begun and is not finished.
bool has_checkpoint(const std::filesystem::path& directory);
/// Throws FileError if the file is damaged, or if it does not have what this sweep needs.
Checkpoint read_checkpoint(const std::filesystem::path& directory, bool is_compressed);
void write_checkpoint(const std::filesystem::path& directory, const Checkpoint& checkpoint);
/// Returns once the removal is on the disk. Does nothing if there is no checkpoint.
void remove_checkpoint(const std::filesystem::path& directory);

inline constexpr std::string_view kCheckpointName = "checkpoint";

}  // namespace skein::internal::files
