// The file that skein data compress and skein data merge write, and what they print about it.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "skein/compressed_dataset.hpp"
#include "skein/configuration.hpp"

namespace skein::app {

/// The file of --out, after checks that there are inputs and that the file can be written. `expected` says what the
/// inputs are. Throws BadInput.
std::filesystem::path check_compressed_output(const Configuration& configuration, std::string_view expected);

/// Writes the file and prints a summary, or the JSON object of --json. `seconds`: the time that the compression took.
void write_compressed_output(const Configuration& configuration, const CompressedDataset& data,
                             const std::filesystem::path& path, std::optional<double> seconds);

}  // namespace skein::app
