/// Which columns of a text file are x, y and the sample weights.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skein/csv_format.hpp"

namespace skein::internal::files {

inline constexpr std::size_t kMaxColumns = 3;
inline constexpr std::array<std::string_view, kMaxColumns> kColumnNames{"x", "y", "m"};

/// What is read of each row.
enum class Contents : std::uint8_t {
    samples,  ///< x, y and, if the file has a third column, the weight m
    inputs,   ///< x alone
};

struct CsvColumns {
    /// For each column of the file its index in x, y, m; or kNotRead.
    std::vector<std::size_t> target;
    std::size_t num_read = 0;
    bool has_header = false;  ///< the first row is one

    static constexpr std::size_t kNotRead = kMaxColumns;
};

/// The first line that is no comment, and what stands around it.
struct FirstRow {
    std::size_t row;  ///< from 1
    std::string_view line;
    char separator;
    std::string_view comment;  ///< the last comment before it, without its #; NumPy writes names there
};

/// Throws FileError about `path` if the row does not have these columns. The error lists those that it has.
CsvColumns choose_columns(const std::filesystem::path& path, const FirstRow& first, const CsvFormat& format,
                          Contents contents);

}  // namespace skein::internal::files
