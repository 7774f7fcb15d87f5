#include "files/tables/csv.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "files/io/file_error.hpp"
#include "files/io/parse_number.hpp"
#include "files/tables/csv_fields.hpp"

namespace skein::internal::files {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
/// A longer line is no row. The limit keeps a file without line ends out of memory.
constexpr std::size_t kMaxRowBytes = 1 << 16;

constexpr std::string_view kNegativeWeight = ": a sample weight must not be negative";

/// A number with a comma for its point: "1,5".
template <class Scalar>
Parsed parse_decimal_comma(const char*& begin, const char* end, char separator, Scalar& value) {
    const char* const field_end = std::find(begin, end, separator);
    std::string field(begin, field_end);
    std::ranges::replace(field, ',', '.');
    const char* rest = field.data();
    const Parsed parsed = parse_number(rest, rest + field.size(), value);
    begin += rest - field.data();
    return parsed;
}

/// parse_number(), with the decimal commas that semicolons allow.
template <class Scalar>
Parsed parse_field(const char*& begin, const char* end, char separator, Scalar& value) {
    const char* const start = begin;
    const Parsed parsed = parse_number(begin, end, value);
    if (separator != ';' || begin == end || *begin != ',') return parsed;
    begin = start;
    return parse_decimal_comma(begin, end, separator, value);
}

void add(SkippedRows& all, const SkippedRows& more) {
    all.count += more.count;
    for (const std::string& row : more.first) {
        if (all.first.size() < SkippedRows::kMostNamed) all.first.push_back(row);
    }
}

}  // namespace

template <class Scalar>
CsvParser<Scalar>::CsvParser(std::filesystem::path path, const CsvFormat& format, Contents contents)
    : path_(std::move(path)), format_(format), contents_(contents) {}

template <class Scalar>
void CsvParser<Scalar>::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::size_t line_end = bytes.find('\n');
        const std::string_view line = bytes.substr(0, line_end);
        if (unfinished_line_.size() + line.size() > kMaxRowBytes) {
            if (is_in_quotes_) fail_row(" has a quote that is not closed within ", kMaxRowBytes, " bytes");
            row_ = num_lines_ + 1;
            fail_row(" is longer than ", kMaxRowBytes, " bytes: expected numbers");
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
    if (is_in_quotes_) fail_row(" has a quote that is not closed");
    if (bad_rows_.count > 0 && (format_.skipped == nullptr || num_samples_ == 0)) fail_bad_rows();
    if (num_lines_ == 0) fail(path_, "is empty: expected rows of x,y or x,y,m");
    if (num_samples_ == 0) fail(path_, "has no samples: expected rows of x,y or x,y,m");
}

/// A row ends at the end of its line, unless that is within quotes.
template <class Scalar>
void CsvParser<Scalar>::take_line(std::string_view line) {
    ++num_lines_;
    if (!std::exchange(is_in_quotes_, false)) row_ = num_lines_;
    if (num_lines_ == 1) {
        require_text(line);
        if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view content = trimmed(line);
    if (content.empty()) {
        add(blank_rows_, {1, {to_text("row ", row_, " is blank: blank lines may stand only at the end of the file")}});
    } else if (content.front() == '#') {
        if (first_row_ == 0) comment_ = content.substr(1);
    } else {
        if (blank_rows_.count > 0) add_bad_rows(std::exchange(blank_rows_, {}));
        take_row(line);
    }
}

/// Throws for the beginnings of files that people take for text.
template <class Scalar>
void CsvParser<Scalar>::require_text(std::string_view line) const {
    struct Beginning {
        std::string_view bytes, found;
    };
    static constexpr Beginning kBeginnings[] = {
        {"\x93NUMPY", "is a .npy file: expected text; a .npy file has a name that ends in .npy"},
        {"\xff\xfe", "is text in UTF-16: expected UTF-8, as from iconv -f UTF-16 -t UTF-8"},
        {"\xfe\xff", "is text in UTF-16: expected UTF-8, as from iconv -f UTF-16 -t UTF-8"},
        {"\x1f\x8b", "was compressed twice: expected text, or text compressed with gzip"},
        {"\xfd\x37zXZ", "is compressed with xz: expected text, or text compressed with gzip"},
        {"PK\x03\x04", "is a zip archive, or a table of an office program: expected text"},
    };
    for (const Beginning& beginning : kBeginnings) {
        if (line.starts_with(beginning.bytes)) fail(path_, beginning.found);
    }
}

template <class Scalar>
void CsvParser<Scalar>::take_row(std::string_view line) {
    if (first_row_ == 0) {
        if (line.size() == 5 && line.starts_with("sep=")) {
            separator_ = line.back();
            is_separator_given_ = true;
            return;
        }
        if (!is_separator_given_) separator_ = separator_of(line);
        if (ends_in_quotes(line, separator_)) return go_on_in_next_line(line);
        take_first_row(line);
        if (columns_.has_header) return;
    }
    if (take_numbers(line)) {
        ++num_samples_;
        return;
    }
    if (has_open_quote(line)) return go_on_in_next_line(line);
    const std::string fault = fault_of(line);
    if (num_lines_ > row_) {  // left out as one row, it might take many good ones with it
        fail_row(" goes on to row ", num_lines_, ", where the next quote stands, and", fault);
    }
    if (fault.ends_with(kNegativeWeight)) {
        fail_row(fault, format_.columns.empty()
                            ? " (the third of three columns is the weight m: --columns chooses others)"
                            : "");
    }
    add_bad_rows({1, {to_text("row ", row_, fault)}});
}

template <class Scalar>
void CsvParser<Scalar>::go_on_in_next_line(std::string_view line) {
    unfinished_line_ = line;
    unfinished_line_ += '\n';
    is_in_quotes_ = true;
}

template <class Scalar>
void CsvParser<Scalar>::take_first_row(std::string_view line) {
    first_row_ = row_;
    columns_ = choose_columns(path_, {static_cast<std::size_t>(row_), line, separator_, comment_}, format_, contents_);
    samples_.num_columns = columns_.num_read;
}

/// Returns false if anything is wrong; fault_of() says what. This is the inner loop.
template <class Scalar>
bool CsvParser<Scalar>::take_numbers(std::string_view line) {
    std::array<Scalar, kMaxColumns> row{};
    const char* begin = line.data();
    const char* const end = begin + line.size();
    for (std::size_t column = 0; column < columns_.target.size(); ++column) {
        if (column > 0 && separator_ != kBlanks && (begin == end || *begin++ != separator_)) return false;
        begin = skip_blanks(begin, end, separator_);
        if (columns_.target[column] == CsvColumns::kNotRead) {
            const FieldEnd field = end_of_field(begin, end, separator_);
            if (field.quotes != Quotes::right) return false;
            begin = field.at;
        } else {
            if (!take_number(begin, end, row[columns_.target[column]])) return false;
        }
        const char* const field_end = begin;
        begin = skip_blanks(begin, end, separator_);
        if (separator_ == kBlanks && begin == field_end && begin != end) return false;
    }
    if (begin != end || row[2] < 0) return false;
    for (std::size_t column = 0; column < samples_.num_columns; ++column) {
        samples_.values[column].push_back(row[column]);
    }
    return true;
}

template <class Scalar>
bool CsvParser<Scalar>::take_number(const char*& begin, const char* end, Scalar& value) {
    const bool is_quoted = begin != end && *begin == '"';
    begin += is_quoted ? 1 : 0;
    const char* const start = begin;
    if (parse_field(begin, end, separator_, value) != Parsed::number) return false;
    if (separator_ == ';') note_decimal_mark({start, begin});
    return !is_quoted || (begin != end && *begin++ == '"');
}

/// A German 1.000 is 1,000 elsewhere: where both marks stand, neither is sure to be the decimal one.
template <class Scalar>
void CsvParser<Scalar>::note_decimal_mark(std::string_view number) {
    if (row_with_point_ == 0 && number.find('.') != std::string_view::npos) row_with_point_ = row_;
    if (row_with_comma_ == 0 && number.find(',') != std::string_view::npos) row_with_comma_ = row_;
    if (row_with_point_ != 0 && row_with_comma_ != 0) {
        fail(path_, "has a decimal point in row ", row_with_point_, " and a decimal comma in row ", row_with_comma_,
             ": expected one of them");
    }
}

/// Whether the last field is one that is not read, and its quotes are not closed: then the row goes on in the next line.
template <class Scalar>
bool CsvParser<Scalar>::has_open_quote(std::string_view line) const {
    const char* begin = line.data();
    const char* const end = begin + line.size();
    for (std::size_t column = 0; column < columns_.target.size(); ++column) {
        const FieldEnd field = end_of_field(begin, end, separator_);
        if (field.quotes == Quotes::open) return columns_.target[column] == CsvColumns::kNotRead;
        if (field.at == end || field.quotes == Quotes::misplaced) return false;
        begin = separator_ == kBlanks ? skip_blanks(field.at, end, separator_) : field.at + 1;
    }
    return false;
}

template <class Scalar>
void CsvParser<Scalar>::add_bad_rows(const SkippedRows& rows) {
    add(bad_rows_, rows);
    if (format_.skipped != nullptr) add(*format_.skipped, rows);
}

template <class Scalar>
void CsvParser<Scalar>::fail_bad_rows() const {
    std::string text = bad_rows_.count == 1 ? "" : to_text(bad_rows_.count, " rows cannot be read");
    if (bad_rows_.count > bad_rows_.first.size()) text += to_text(", of which the first ", bad_rows_.first.size());
    for (std::size_t index = 0; index < bad_rows_.first.size(); ++index) {
        text += to_text(index > 0 ? "; " : text.empty() ? "" : ": ", bad_rows_.first[index]);
    }
    if (num_samples_ > 0) text += " (--skip-bad-rows leaves such rows out)";
    throw_file_error(path_, text);
}

template <class Scalar>
std::string CsvParser<Scalar>::fault_of(std::string_view line) const {
    const std::vector<std::string> fields = split_fields(line, separator_);
    if (const std::size_t expected = columns_.target.size(); fields.size() != expected) {
        return to_text(" has ", counted(fields.size(), "column"), ": expected ", expected, " as in row ", first_row_);
    }
    for (std::size_t column = 0; column < fields.size(); ++column) {
        if (columns_.target[column] == CsvColumns::kNotRead) continue;
        if (const std::string fault = fault_of(fields[column], column); !fault.empty()) return fault;
    }
    return " has letters after a closing quote: expected the separator";
}

/// What is wrong with the field; empty: nothing.
template <class Scalar>
std::string CsvParser<Scalar>::fault_of(const std::string& field, std::size_t column) const {
    const std::string place = to_text(", column ", column + 1);
    if (field.empty()) return to_text(place, " is empty: expected a number");
    Scalar value{};
    const char* begin = field.data();
    const char* const end = begin + field.size();
    const Parsed parsed = parse_field(begin, end, separator_, value);
    const std::string found = to_text(place, ": '", shown(field), "'");
    if (parsed == Parsed::not_a_number || begin != end) {
        const bool may_be_header = row_ == first_row_ && format_.columns.empty() && contents_ == Contents::samples;
        return to_text(found, " is not a number", may_be_header ? ", nor is this the header x,y or x,y,m" : "");
    }
    if (parsed == Parsed::not_finite) return to_text(found, ": every value must be finite");
    if (parsed == Parsed::out_of_range) return to_text(found, " is out of the range of float", 8 * sizeof(Scalar));
    const bool is_negative_weight = columns_.target[column] == 2 && value < 0;
    return is_negative_weight ? to_text(found, kNegativeWeight) : std::string();
}

template class CsvParser<float>;
template class CsvParser<double>;

}  // namespace skein::internal::files
