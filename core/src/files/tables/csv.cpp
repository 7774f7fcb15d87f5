#include "files/tables/csv.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "files/io/file_error.hpp"
#include "files/io/parse_number.hpp"
#include "skein/text.hpp"

namespace skein::internal::files {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
/// A longer line is no row. The limit keeps a file without line ends out of memory.
constexpr std::size_t kMaxRowBytes = 1 << 16;

bool is_blank(char character) { return character == ' ' || character == '\t'; }

/// A tab that separates columns is no blank.
const char* skip_blanks(const char* begin, const char* end, char separator) {
    while (begin != end && is_blank(*begin) && *begin != separator) ++begin;
    return begin;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// Whether `text` is `name`, which is in lower case, in any case.
bool is_name(std::string_view text, std::string_view name) { return text.size() == name.size() && ends_in(text, name); }

/// Without the quotes around it, if there are any.
std::string_view unquoted(std::string_view text) {
    text = trimmed(text);
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? trimmed(text.substr(1, text.size() - 2))
                                                                         : text;
}

std::size_t count_columns(std::string_view line, char separator) {
    return 1 + static_cast<std::size_t>(std::ranges::count(line, separator));
}

/// What the first row has: a semicolon, else a comma, else a tab.
char separator_of(std::string_view line) {
    for (const char separator : {';', ',', '\t'}) {
        if (line.find(separator) != std::string_view::npos) return separator;
    }
    return ',';
}

}  // namespace

template <class Scalar>
CsvParser<Scalar>::CsvParser(std::filesystem::path path) : path_(std::move(path)) {}

template <class Scalar>
void CsvParser<Scalar>::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t line_end = bytes.find('\n');
        const std::string_view line = bytes.substr(0, line_end);
        if (unfinished_line_.size() + line.size() > kMaxRowBytes) {
            ++row_;
            fail_row(" is longer than ", kMaxRowBytes, " bytes: expected two or three numbers");
        }
        if (line_end == std::string_view::npos) {
            unfinished_line_ += line;
            return;
        }
        bytes.remove_prefix(line_end + 1);
        if (unfinished_line_.empty()) {
            take_line(line);
        } else {
            unfinished_line_ += line;
            take_line(std::exchange(unfinished_line_, {}));
        }
    }
}

template <class Scalar>
void CsvParser<Scalar>::finish() {
    if (!unfinished_line_.empty()) take_line(std::exchange(unfinished_line_, {}));
    if (row_ == 0) fail(path_, "is empty: expected rows of x,y or x,y,m");
    if (num_samples_ == 0) fail(path_, "has no samples: expected rows of x,y or x,y,m");
}

template <class Scalar>
void CsvParser<Scalar>::take_line(std::string_view line) {
    ++row_;
    if (row_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty()) {
        if (blank_row_ == 0) blank_row_ = row_;
        return;
    }
    if (blank_row_ != 0 && trimmed(line).front() != '#') {
        row_ = blank_row_;
        fail_row(" is blank: blank lines may stand only at the end of the file");
    }
    if (trimmed(line).front() == '#') return;
    if (first_row_ == 0) {
        separator_ = separator_of(line);
        take_num_columns(line);
        if (take_header(line)) return;
    }
    if (!take_numbers(line)) explain(line);
    ++num_samples_;
}

template <class Scalar>
void CsvParser<Scalar>::take_num_columns(std::string_view line) {
    first_row_ = row_;
    samples_.num_columns = count_columns(line, separator_);
    if (samples_.num_columns < 2 || samples_.num_columns > kMaxColumns) {
        fail_row(" has ", counted(samples_.num_columns, "column"),
                 ": expected x,y or x,y,m, separated by commas, semicolons or tabs");
    }
}

template <class Scalar>
bool CsvParser<Scalar>::take_header(std::string_view line) {
    for (std::size_t column = 0; column < samples_.num_columns; ++column) {
        const std::size_t end = std::min(line.find(separator_), line.size());
        if (!is_name(unquoted(line.substr(0, end)), kColumnNames[column])) return false;
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return true;
}

/// Returns false if anything is wrong; explain() says what. This is the inner loop.
template <class Scalar>
bool CsvParser<Scalar>::take_numbers(std::string_view line) {
    std::array<Scalar, kMaxColumns> row{};
    const char* begin = line.data();
    const char* const end = begin + line.size();
    for (std::size_t column = 0; column < samples_.num_columns; ++column) {
        if (column > 0 && (begin == end || *begin++ != separator_)) return false;
        begin = skip_blanks(begin, end, separator_);
        const bool is_quoted = begin != end && *begin == '"';
        begin += is_quoted ? 1 : 0;
        if (parse_number(begin, end, row[column]) != Parsed::number) return false;
        if (is_quoted && (begin == end || *begin++ != '"')) return false;
        begin = skip_blanks(begin, end, separator_);
    }
    if (begin != end || row[2] < 0) return false;
    for (std::size_t column = 0; column < samples_.num_columns; ++column) {
        samples_.values[column].push_back(row[column]);
    }
    return true;
}

/// Throws for a first row of words only: names that are not those of the columns.
template <class Scalar>
void CsvParser<Scalar>::explain_names(std::string_view line) const {
    std::string names;
    while (!line.empty()) {
        const std::size_t field_bytes = std::min(line.find(separator_), line.size());
        const std::string_view field = unquoted(line.substr(0, field_bytes));
        line.remove_prefix(std::min(field_bytes + 1, line.size()));
        Scalar value{};
        const char* begin = field.data();
        if (field.empty() || parse_number(begin, begin + field.size(), value) != Parsed::not_a_number) return;
        names += to_text(names.empty() ? "'" : ", '", shown(field), "'");
    }
    fail_row(" has the names ", names, ": expected x,y or x,y,m, or numbers");
}

template <class Scalar>
void CsvParser<Scalar>::explain(std::string_view line) const {
    if (row_ == first_row_) explain_names(line);
    if (const std::size_t num_columns = count_columns(line, separator_); num_columns != samples_.num_columns) {
        fail_row(" has ", counted(num_columns, "column"), ": expected ", samples_.num_columns, " as in row ",
                 first_row_);
    }
    for (std::size_t column = 0; column < samples_.num_columns; ++column) {
        const std::size_t field_bytes = std::min(line.find(separator_), line.size());
        const std::string_view field = unquoted(line.substr(0, field_bytes));
        line.remove_prefix(std::min(field_bytes + 1, line.size()));
        explain_field(field, column);
    }
    fail_row(" cannot be read: expected x,y or x,y,m");
}

template <class Scalar>
void CsvParser<Scalar>::explain_field(std::string_view field, std::size_t column) const {
    const std::string place = to_text(", column ", column + 1);
    if (field.empty()) fail_row(place, " is empty: expected a number");
    Scalar value{};
    const char* begin = field.data();
    const char* const end = begin + field.size();
    const Parsed parsed = parse_number(begin, end, value);
    const std::string found = to_text(place, ": '", shown(field), "'");
    if (parsed == Parsed::not_a_number || begin != end) {
        fail_row(found, " is not a number", row_ == first_row_ ? ", nor is this the header x,y or x,y,m" : "");
    }
    if (parsed == Parsed::not_finite) fail_row(found, ": every value must be finite");
    if (parsed == Parsed::out_of_range) fail_row(found, " is out of the range of float", 8 * sizeof(Scalar));
    if (column == 2 && value < 0) fail_row(found, ": a sample weight must not be negative");
}

template class CsvParser<float>;
template class CsvParser<double>;

}  // namespace skein::internal::files
