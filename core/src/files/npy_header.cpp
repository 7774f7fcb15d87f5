#include "files/npy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "files/fail.hpp"
#include "skein/names.hpp"

namespace skein::files {
namespace {

constexpr std::array<std::string_view, 3> kKeys{"descr", "fortran_order", "shape"};
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kDataAlignment = 64;

class HeaderParser {
public:
    HeaderParser(const std::filesystem::path& path, std::string_view dictionary) : path_(path), text_(dictionary) {}

    NpyHeader parse() {
        expect('{');
        while (!accept('}')) {
            parse_entry();
            if (accept(',')) continue;
            expect('}');
            break;
        }
        skip_blanks();
        if (position_ < text_.size()) fail_expecting("the end of the header");
        for (std::size_t key = 0; key < kKeys.size(); ++key) {
            if (!is_found_[key]) fail_header("'" + std::string(kKeys[key]) + "' is missing");
        }
        return std::move(header_);
    }

private:
    void parse_entry() {
        const std::string_view name = parse_string("a key");
        const std::size_t key = find_key(name);
        if (is_found_[key]) fail_header("'" + std::string(name) + "' stands there twice");
        is_found_[key] = true;
        expect(':');
        if (key == 0) parse_type();
        if (key == 1) parse_order();
        if (key == 2) parse_shape();
    }

    std::size_t find_key(std::string_view name) const {
        for (std::size_t key = 0; key < kKeys.size(); ++key) {
            if (kKeys[key] == name) return key;
        }
        fail_header(unknown_word("key", shown(name), kKeys));
    }

    void parse_type() {
        skip_blanks();
        if (rest().starts_with('[')) fail(path_, "has a structured dtype: expected '<f4' or '<f8'");
        const std::string_view type = parse_string("a dtype such as '<f8'");
        if (type != "<f4" && type != "<f8") {
            fail(path_, "dtype '" + shown(type) + "' is not supported: expected '<f4' or '<f8'");
        }
        header_.value_bytes = type == "<f4" ? 4 : 8;
    }

    void parse_order() {
        skip_blanks();
        if (accept_word("True")) fail(path_, "Fortran order is not supported: expected C order");
        if (!accept_word("False")) fail_expecting("True or False");
    }

    void parse_shape() {
        expect('(');
        while (!accept(')')) {
            header_.shape.push_back(parse_dimension());
            if (accept(',')) continue;
            if (header_.shape.size() == 1) fail_expecting("','");  // (3) is no tuple in Python
            expect(')');
            break;
        }
    }

    std::size_t parse_dimension() {
        skip_blanks();
        std::size_t dimension = 0;
        const char* const begin = text_.data() + position_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), dimension);
        if (error == std::errc::result_out_of_range) fail_expecting("a dimension of at most 64 bits");
        if (error != std::errc{}) fail_expecting("a dimension");
        position_ += static_cast<std::size_t>(end - begin);
        return dimension;
    }

    std::string_view parse_string(std::string_view expected) {
        skip_blanks();
        const char quote = position_ < text_.size() ? text_[position_] : '\0';
        if (quote != '\'' && quote != '"') fail_expecting(expected);
        const std::size_t end = text_.find(quote, position_ + 1);
        if (end == std::string_view::npos) fail_expecting("a string that ends");
        const std::string_view content = text_.substr(position_ + 1, end - position_ - 1);
        position_ = end + 1;
        return content;
    }

    std::string_view rest() const { return text_.substr(position_); }

    void skip_blanks() { position_ = std::min(text_.find_first_not_of(kBlanks, position_), text_.size()); }

    bool accept(char character) {
        skip_blanks();
        if (!rest().starts_with(character)) return false;
        ++position_;
        return true;
    }

    bool accept_word(std::string_view word) {
        if (!rest().starts_with(word)) return false;
        position_ += word.size();
        return true;
    }

    void expect(char character) {
        if (!accept(character)) fail_expecting(std::string("'") + character + "'");
    }

    [[noreturn]] void fail_expecting(std::string_view expected) const {
        const std::string_view found = rest().substr(0, 16);
        fail_header("byte " + std::to_string(position_) + ": expected " + std::string(expected) + ", found " +
                    (found.empty() ? "its end" : "'" + shown(found) + "'"));
    }

    [[noreturn]] void fail_header(std::string_view message) const { fail(path_, "header: " + std::string(message)); }

    const std::filesystem::path& path_;
    std::string_view text_;
    std::size_t position_ = 0;
    std::array<bool, kKeys.size()> is_found_{};
    NpyHeader header_;
};

}  // namespace

NpyHeader parse_npy_header(const std::filesystem::path& path, std::string_view dictionary) {
    return HeaderParser(path, dictionary).parse();
}

std::string format_npy_header(std::size_t value_bytes, std::span<const std::size_t> shape) {
    std::string dictionary = "{'descr': '<f" + std::to_string(value_bytes) +
                             "', 'fortran_order': False, 'shape': " + format_shape(shape) + ", }";
    const std::size_t preamble_bytes = kNpyMagic.size() + 4;  // the version, and the dictionary's length in 16 bits
    const std::size_t used_bytes = preamble_bytes + dictionary.size() + 1;
    dictionary.append((kDataAlignment - used_bytes % kDataAlignment) % kDataAlignment, ' ');
    dictionary += '\n';
    std::string header(kNpyMagic);
    header += '\x01';
    header += '\x00';
    header += static_cast<char>(dictionary.size() & 0xff);
    header += static_cast<char>(dictionary.size() >> 8);
    return header + dictionary;
}

std::string format_shape(std::span<const std::size_t> shape) {
    std::string text = "(";
    for (std::size_t index = 0; index < shape.size(); ++index) {
        text += (index == 0 ? "" : ", ") + std::to_string(shape[index]);
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

bool checked_size(std::span<const std::size_t> shape, std::size_t value_bytes, std::uint64_t& size_bytes) {
    size_bytes = value_bytes;
    for (const std::uint64_t dimension : shape) {
        if (dimension != 0 && size_bytes > std::numeric_limits<std::uint64_t>::max() / dimension) return false;
        size_bytes *= dimension;
    }
    return true;
}

}  // namespace skein::files
