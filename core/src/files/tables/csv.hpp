/// Samples as text: rows of columns, fed piece by piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "files/io/file_error.hpp"
#include "files/tables/csv_columns.hpp"

namespace skein::internal::files {

/// x, y and, if three columns are read, the sample weights m.
template <class Scalar>
struct SampleColumns {
    std::array<std::vector<Scalar>, kMaxColumns> values;
    std::size_t num_columns = 0;
};

/// Rows are lines, counted from 1. Columns are separated by commas, semicolons, tabs or blanks; names and numbers may be
/// in quotes; lines that begin with # are comments. Beside semicolons, a comma may be the decimal point. Text in columns
/// that are not read may hold separators, and line ends, in quotes.
/// Throws FileError for `path`, which it does not open, if rows are wrong: finish() names the first ones and counts all,
/// unless they are to be left out (CsvFormat::skipped).
template <class Scalar>
class CsvParser {
public:
    CsvParser(std::filesystem::path path, const CsvFormat& format, Contents contents);

    /// Parses the next bytes of the file. A piece may end anywhere, within a number too.
    void feed(std::string_view bytes);

    /// Parses the rest, after the last piece: the last line need not end with a line feed.
    void finish();

    /// The samples so far. The caller may clear the columns between two pieces.
    SampleColumns<Scalar>& samples() noexcept { return samples_; }

private:
    void take_line(std::string_view line);
    void take_row(std::string_view line);
    void take_first_row(std::string_view line);
    void require_text(std::string_view line) const;
    bool take_numbers(std::string_view line);
    bool take_number(const char*& begin, const char* end, Scalar& value);
    void note_decimal_mark(std::string_view number);
    bool has_open_quote(std::string_view line) const;
    void go_on_in_next_line(std::string_view line);
    void add_bad_rows(const SkippedRows& rows);
    std::string fault_of(std::string_view line) const;
    std::string fault_of(const std::string& field, std::size_t column) const;
    [[noreturn]] void fail_bad_rows() const;
    template <class... Parts>
    [[noreturn]] void fail_row(const Parts&... parts) const {
        fail(path_, "row ", row_, parts...);
    }

    std::filesystem::path path_;
    CsvFormat format_;
    Contents contents_;
    CsvColumns columns_;
    SampleColumns<Scalar> samples_;
    SkippedRows bad_rows_;
    SkippedRows blank_rows_;  // those since the last row, which are bad if another one comes
    std::string unfinished_line_;
    std::string comment_;   // the last one before the first row
    char separator_ = ',';  // the first row decides
    std::uint64_t num_lines_ = 0;
    std::uint64_t row_ = 0;        // the line that the current row begins in
    std::uint64_t first_row_ = 0;  // the one that fixed the columns
    std::uint64_t num_samples_ = 0;
    bool is_separator_given_ = false;                        // by a line such as "sep=;", which Excel reads
    std::uint64_t row_with_point_ = 0, row_with_comma_ = 0;  // as decimal marks; beside semicolons only
    bool is_in_quotes_ = false;                              // unfinished_line_ ends within a field
};

}  // namespace skein::internal::files
