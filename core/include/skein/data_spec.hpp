/// SPEC, the text that names a data set: files, or data to generate.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/generated_data.hpp"

namespace skein {

/// The help for options that take a SPEC.
extern const std::string_view kDataSpecHelp;

/// The settings of a generated data set, from "KIND:key=value,..."; nothing if the text names files.
/// Throws std::invalid_argument for unknown kinds and keys (with the nearest right one) and values out of range. Each
/// message begins with `where`, the option that holds the text.
[[nodiscard]] std::optional<GeneratedData> parse_generated(std::string_view text, std::string_view where);

/// The text that parse_generated() reads as these settings, to the bit.
[[nodiscard]] std::string generated_text(const GeneratedData& data);

/// Whether the text names a compressed data set: a name that ends in .skc.
[[nodiscard]] bool is_compressed_spec(std::string_view text);

/// The files that a text names: "x.npy,y.npy" is two, anything else one.
[[nodiscard]] std::vector<std::filesystem::path> split_file_names(std::string_view text);

}  // namespace skein
