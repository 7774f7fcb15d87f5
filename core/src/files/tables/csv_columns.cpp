#include "files/tables/csv_columns.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "files/io/file_error.hpp"
#include "files/io/parse_number.hpp"
#include "files/tables/csv_fields.hpp"
#include "skein/names.hpp"
#include "skein/text.hpp"

namespace skein::internal::files {
namespace {

using Fields = std::vector<std::string>;

/// Whether `text` is `name`, which is in lower case, in any case.
bool is_name(std::string_view text, std::string_view name) { return text.size() == name.size() && ends_in(text, name); }

/// What stands for a number that is missing.
bool is_missing(std::string_view field) {
    static constexpr std::string_view kWords[] = {"na", "n/a", "null", "none", "missing", "-", "--", "?", "."};
    return field.empty() || std::ranges::any_of(kWords, [&](std::string_view word) { return is_name(field, word); });
}

/// May be the name of a column: neither missing nor a number, nan and inf included.
bool is_word(const std::string& field) {
    double value = 0.0;
    const char* begin = field.data();
    return !is_missing(field) && parse_number(begin, begin + field.size(), value) == Parsed::not_a_number;
}

/// Names of columns, of which some may be empty: pandas leaves out that of its index.
bool are_names(const Fields& fields) {
    const auto may_be_name = [](const std::string& field) { return field.empty() || is_word(field); };
    return std::ranges::any_of(fields, is_word) && std::ranges::all_of(fields, may_be_name);
}

/// "x", "x,y" or "x,y,m": the names of the first columns.
bool are_known_names(const Fields& fields) {
    return fields.size() <= kMaxColumns &&
           std::ranges::equal(fields, std::span(kColumnNames).first(fields.size()), is_name);
}

/// Whether a name stands for itself in a shell, and in a list.
bool is_plain(std::string_view name) {
    const auto is_plain_letter = [](char letter) {
        return ('a' <= letter && letter <= 'z') || ('A' <= letter && letter <= 'Z') ||
               ('0' <= letter && letter <= '9') || letter == '_' || letter == '.' || letter == '-' ||
               (letter & 0x80) != 0;
    };
    return !name.empty() && std::ranges::all_of(name, is_plain_letter);
}

std::string_view expected_columns(Contents contents) {
    return contents == Contents::inputs ? "x alone, x,y or x,y,m" : "x,y or x,y,m";
}

std::string list_of(const Fields& names) {
    constexpr std::size_t kMost = 20;
    std::string text;
    for (std::size_t index = 0; index < std::min(names.size(), kMost); ++index) {
        text += to_text(index == 0 ? "'" : ", '", shown(names[index]), "'");
    }
    return names.size() > kMost ? to_text(text, " and ", names.size() - kMost, " more") : text;
}

/// Where each of the columns to read stands.
class Choice {
public:
    Choice(const std::filesystem::path& path, const FirstRow& first, const CsvFormat& format, Contents contents)
        : path_(path),
          first_(first),
          format_(format),
          contents_(contents),
          fields_(split_fields(first.line, first.separator)) {}

    CsvColumns make() {
        const std::vector<std::size_t> places = format_.columns.empty() ? usual_places() : named_places();
        CsvColumns columns{std::vector<std::size_t>(fields_.size(), CsvColumns::kNotRead), places.size(), has_header_};
        for (std::size_t index = 0; index < places.size(); ++index) columns.target[places[index]] = index;
        return columns;
    }

private:
    /// x,y or x,y,m in this order.
    std::vector<std::size_t> usual_places() {
        has_header_ = are_known_names(fields_) || (contents_ == Contents::inputs && is_single_name());
        const std::size_t least = contents_ == Contents::inputs ? 1 : 2;
        if (!has_header_ && are_names(fields_)) {
            fail_row(" has the names ", list_of(fields_), ": expected ", expected_columns(contents_),
                     ", or --columns, as in ", suggestion());
        }
        require_order_of_comment();
        if (fields_.size() < least || fields_.size() > kMaxColumns) {
            fail_row(" has ", counted(fields_.size(), "column"), ": expected ", expected_columns(contents_),
                     ", separated by commas, semicolons, tabs or blanks",
                     fields_.size() > kMaxColumns ? to_text("; or --columns, as in ", suggestion()) : "");
        }
        if (contents_ == Contents::inputs) return {0};
        return fields_.size() == 2 ? std::vector<std::size_t>{0, 1} : std::vector<std::size_t>{0, 1, 2};
    }

    /// A comment may hold the names, as NumPy writes them. Those of x and y must not be somewhere else.
    void require_order_of_comment() const {
        const Fields names = split_fields(trimmed(first_.comment), first_.separator);
        const auto is_x_or_y = [](const std::string& name) { return is_name(name, "x") || is_name(name, "y"); };
        if (!has_header_ && names.size() == fields_.size() && !are_known_names(names) &&
            std::ranges::any_of(names, is_x_or_y)) {
            fail_row(" has the names ", list_of(names), " in the comment before it: expected ",
                     expected_columns(contents_), ", or --columns x,y");
        }
    }

    bool is_single_name() const { return fields_.size() == 1 && is_word(fields_[0]); }

    /// What to type: x and y if there are columns of these names, else the first ones.
    std::string suggestion() const {
        const std::span usual = std::span(kColumnNames).first(contents_ == Contents::inputs ? 1 : 2);
        const auto has = [&](std::string_view name) {
            return std::ranges::any_of(fields_, [&](const std::string& field) { return is_name(field, name); });
        };
        const bool has_usual = std::ranges::all_of(usual, has);
        std::string text = "--columns ";
        for (std::size_t index = 0; index < usual.size(); ++index) {
            const bool by_name = are_names(fields_) && index < fields_.size() && is_plain(fields_[index]);
            text += index == 0 ? "" : ",";
            text += has_usual ? std::string(usual[index]) : by_name ? fields_[index] : to_text(index + 1);
        }
        return text;
    }

    std::vector<std::size_t> named_places() {
        std::vector<std::optional<std::size_t>> numbers;
        for (const std::string& column : format_.columns) {
            numbers.push_back(number_of(column));
            // Names may be numbers, of years say.
            const bool is_beyond = numbers.back() && *numbers.back() > fields_.size();
            if (is_beyond && std::ranges::find(fields_, column) != fields_.end()) numbers.back().reset();
        }
        const bool needs_names = std::ranges::any_of(numbers, [](const auto& number) { return !number; });
        if (needs_names) find_header();
        std::vector<std::size_t> places;
        for (std::size_t index = 0; index < numbers.size(); ++index) {
            places.push_back(numbers[index] ? place_of_number(*numbers[index]) : place_of_name(format_.columns[index]));
            if (std::ranges::count(places, places.back()) > 1) {
                throw_file_error(path_, to_text("--columns: column ", places.back() + 1, " is chosen twice"));
            }
        }
        if (!needs_names) {
            has_header_ = std::ranges::all_of(places, [&](std::size_t place) { return is_word(fields_[place]); });
        }
        return places;
    }

    static std::optional<std::size_t> number_of(const std::string& text) {
        std::size_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number);
        return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
    }

    /// The names: in the first row, else in the comment before it.
    void find_header() {
        const auto is_wanted = [&](const std::string& name) {
            return std::ranges::find(fields_, name) != fields_.end();
        };
        if (std::ranges::any_of(fields_, is_word) || std::ranges::all_of(format_.columns, is_wanted)) {
            has_header_ = true;
            names_ = fields_;
            return;
        }
        names_ = split_fields(trimmed(first_.comment), first_.separator);
        if (names_.size() != fields_.size()) {
            fail_row(" has no names, only numbers: expected numbers of columns, as in ", suggestion());
        }
    }

    std::size_t place_of_number(std::size_t number) const {
        if (number == 0 || number > fields_.size()) {
            fail_row(" has ", counted(fields_.size(), "column"), ", but --columns asks for column ", number,
                     ": expected 1 to ", fields_.size());
        }
        return number - 1;
    }

    /// The same letters, else the same but for capitals.
    std::size_t place_of_name(const std::string& name) const {
        const auto lower = [](std::string text) {
            for (char& letter : text) letter = 'A' <= letter && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
            return text;
        };
        for (const bool ignores_capitals : {false, true}) {
            const auto is_it = [&](const std::string& other) {
                return ignores_capitals ? lower(other) == lower(name) : other == name;
            };
            const auto found = std::ranges::find_if(names_, is_it);
            if (found == names_.end()) continue;
            if (std::find_if(found + 1, names_.end(), is_it) != names_.end()) {
                fail_row(" has several columns '", shown(name), "': expected the number of one in --columns");
            }
            return static_cast<std::size_t>(found - names_.begin());
        }
        const std::vector<std::string_view> candidates(names_.begin(), names_.end());
        const std::string_view near = nearest_word(name, candidates);
        fail_row(" has no column '", shown(name),
                 "': ", near.empty() ? std::string("it has ") : to_text("did you mean '", shown(near), "'? It has "),
                 list_of(names_));
    }

    template <class... Parts>
    [[noreturn]] void fail_row(const Parts&... parts) const {
        fail(path_, "row ", first_.row, parts...);
    }

    const std::filesystem::path& path_;
    const FirstRow& first_;
    const CsvFormat& format_;
    Contents contents_;
    Fields fields_;
    Fields names_;
    bool has_header_ = false;
};

}  // namespace

CsvColumns choose_columns(const std::filesystem::path& path, const FirstRow& first, const CsvFormat& format,
                          Contents contents) {
    const std::size_t least = contents == Contents::inputs ? 1 : 2;
    const std::size_t most = contents == Contents::inputs ? 1 : kMaxColumns;
    if (!format.columns.empty() && (format.columns.size() < least || format.columns.size() > most)) {
        throw_file_error(path, to_text("--columns: ", counted(format.columns.size(), "column"), ": expected ",
                                       contents == Contents::inputs ? "that of x" : "those of x,y or x,y,m"));
    }
    return Choice(path, first, format, contents).make();
}

}  // namespace skein::internal::files
