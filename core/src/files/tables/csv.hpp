/// Samples as text: rows x,y or x,y,m, fed block by block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace skein::internal::files {

inline constexpr std::size_t kMaxColumns = 3;
inline constexpr std::array<std::string_view, kMaxColumns> kColumnNames{"x", "y", "m"};

/// x, y and, where there are three columns, the sample weights m.
template <class Scalar>
struct SampleColumns {
    std::array<std::vector<Scalar>, kMaxColumns> values;
    std::size_t num_columns = 0;
};

/// Rows are lines, counted from 1. `path` only stands in errors, all of them FileError.
template <class Scalar>
class CsvParser {
public:
    explicit CsvParser(std::filesystem::path path);

    /// The next bytes of the file; blocks may end anywhere.
    void feed(std::string_view bytes);

    /// To be called after the last block: the last line need not end.
    void finish();

    /// The samples so far; whoever streams may clear the columns between two blocks.
    SampleColumns<Scalar>& samples() noexcept { return samples_; }

private:
    void take_line(std::string_view line);
    bool take_header(std::string_view line);
    bool take_numbers(std::string_view line);
    void take_num_columns(std::string_view line);
    [[noreturn]] void explain(std::string_view line) const;
    [[noreturn]] void fail_row(const std::string& message) const;

    std::filesystem::path path_;
    SampleColumns<Scalar> samples_;
    std::string unfinished_line_;
    std::uint64_t row_ = 0;
    std::uint64_t first_row_ = 0;  // the one that fixed the number of columns
    std::uint64_t blank_row_ = 0;  // the first one, or 0
    std::uint64_t num_samples_ = 0;
};

}  // namespace skein::internal::files
