/// SPEC, the text that names a data set: files, or data to generate.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/generated_data.hpp"
#include "skein/option.hpp"

namespace skein {

/// The help for options that take a SPEC.
extern const std::string_view kDataSpecHelp;

/// The options of text files, the same for every command that reads data.
inline constexpr Option kColumnsOption{"Data",
                                       "columns",
                                       "X,Y[,M]",
                                       ValueType::texts,
                                       "",
                                       "Of .csv and other text: the columns of x, y and, if there is a third, the "
                                       "sample weight m. Names of the first line, "
                                       "or numbers from 1 (default: x,y or x,y,m, and no others).",
                                       true};
inline constexpr Option kSkipBadRowsOption{
    "Data",
    "skip-bad-rows",
    "",
    ValueType::flag,
    "",
    "Of .csv and other text: leave out rows that cannot be read, as those with missing numbers, and say how many. Else "
    "they are an error.",
    true};

/// The settings of a generated data set, from "KIND:key=value,..."; nothing if the text names files.
/// Throws std::invalid_argument for unknown kinds and keys (with the nearest right one) and values out of range. Each
/// message begins with `where`, the option that holds the text.
[[nodiscard]] std::optional<GeneratedData> parse_generated(std::string_view text, std::string_view where);

/// The text that parse_generated() reads as these settings, to the bit.
[[nodiscard]] std::string generated_text(const GeneratedData& data);

/// Whether the text names a compressed data set: a name that ends in .skc.
[[nodiscard]] bool is_compressed_spec(std::string_view text);

/// Whether the text names text to read: a .csv file, say, a pipe, or "-", standard input.
[[nodiscard]] bool is_text_spec(std::string_view text);

/// The files that a text names: "x.npy,y.npy" is two, anything else one.
[[nodiscard]] std::vector<std::filesystem::path> split_file_names(std::string_view text);

}  // namespace skein
