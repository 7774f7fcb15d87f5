/// Samples as text: rows x,y or x,y,m, fed piece by piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "files/io/file_error.hpp"

namespace skein::internal::files {

inline constexpr std::size_t kMaxColumns = 3;
inline constexpr std::array<std::string_view, kMaxColumns> kColumnNames{"x", "y", "m"};

/// x, y and, if there are three columns, the sample weights m.
template <class Scalar>
struct SampleColumns {
    std::array<std::vector<Scalar>, kMaxColumns> values;
    std::size_t num_columns = 0;
};

/// Rows are lines, counted from 1. Columns are separated by commas, semicolons or tabs; names and numbers may be in quotes;
/// lines that begin with # are comments. Throws FileError for `path`, which it does not open, if a row is wrong.
template <class Scalar>
class CsvParser {
public:
    explicit CsvParser(std::filesystem::path path);

    /// Parses the next bytes of the file. A piece may end anywhere, within a number too.
    void feed(std::string_view bytes);

    /// Parses the rest, after the last piece: the last line need not end with a line feed.
    void finish();

    /// The samples so far. The caller may clear the columns between two pieces.
    SampleColumns<Scalar>& samples() noexcept { return samples_; }

private:
    void take_line(std::string_view line);
    bool take_header(std::string_view line);
    bool take_numbers(std::string_view line);
    void take_num_columns(std::string_view line);
    [[noreturn]] void explain(std::string_view line) const;
    void explain_names(std::string_view line) const;
    void explain_field(std::string_view field, std::size_t column) const;
    template <class... Parts>
    [[noreturn]] void fail_row(const Parts&... parts) const {
        fail(path_, "row ", row_, parts...);
    }

    std::filesystem::path path_;
    SampleColumns<Scalar> samples_;
    std::string unfinished_line_;
    char separator_ = ',';  // the first row decides
    std::uint64_t row_ = 0;
    std::uint64_t first_row_ = 0;  // the one that fixed the number of columns
    std::uint64_t blank_row_ = 0;  // the first one, or 0
    std::uint64_t num_samples_ = 0;
};

}  // namespace skein::internal::files
