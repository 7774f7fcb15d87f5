#include "files/arrays/npy_dictionary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "files/io/file_error.hpp"
#include "skein/names.hpp"

namespace skein::internal::files {
namespace {

constexpr std::array<std::string_view, 3> kKeys{"descr", "fortran_order", "shape"};

class Parser {
public:
    Parser(const std::filesystem::path& path, std::string_view text) : path_(path), text_(text), rest_(text) {}

    NpyDictionary parse() {
        std::array<bool, kKeys.size()> is_found{};
        take("{");
        while (!skip("}")) {
            is_found[take_entry()] = true;
            if (!skip(",") && !peek("}")) fail_expecting("',' or '}'");
        }
        if (!peek("")) fail_expecting("the end of the header");
        for (std::size_t key = 0; key < kKeys.size(); ++key) {
            if (!is_found[key]) fail(path_, "header: '", kKeys[key], "' is missing");
        }
        return std::move(found_);
    }

private:
    /// Returns the index of the key.
    std::size_t take_entry() {
        const std::string_view name = take_string("a key");
        const auto key = static_cast<std::size_t>(std::ranges::find(kKeys, name) - kKeys.begin());
        if (key == kKeys.size()) fail(path_, "header: ", unknown_word("key", shown(name), kKeys));
        take(":");
        if (key == 0) found_.descr = peek("[") ? take_list() : take_string("a dtype such as '<f8'");
        if (key == 1) found_.fortran_order = take_boolean();
        if (key == 2) found_.shape = take_shape();
        return key;
    }

    bool take_boolean() {
        const bool is_true = skip("True");
        if (!is_true && !skip("False")) fail_expecting("True or False");
        return is_true;
    }

    std::vector<std::size_t> take_shape() {
        std::vector<std::size_t> shape;
        take("(");
        while (!skip(")")) {
            shape.push_back(take_dimension());
            const bool is_end = peek(")") && shape.size() > 1;  // (3) is no tuple in Python, (3,) is
            if (!is_end) take(",");
        }
        return shape;
    }

    std::size_t take_dimension() {
        skip_blanks();
        std::size_t dimension = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dimension);
        if (error == std::errc::result_out_of_range) fail_expecting("a dimension of at most 64 bits");
        if (error != std::errc{}) fail_expecting("a dimension");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return dimension;
    }

    std::string_view take_string(std::string_view expected) {
        if (!skip("'")) fail_expecting(expected);
        const std::size_t size = rest_.find('\'');
        if (size == std::string_view::npos) fail_expecting("a string that ends");
        const std::string_view content = rest_.substr(0, size);
        rest_.remove_prefix(size + 1);
        return content;
    }

    /// A list as it is written, with all lists, tuples and strings in it.
    std::string_view take_list() {
        std::size_t depth = 0;
        for (std::size_t at = 0; at < rest_.size(); ++at) {
            const char character = rest_[at];
            if (character == '\'' || character == '"') at = std::min(rest_.find(character, at + 1), rest_.size() - 1);
            if (character == '[' || character == '(') ++depth;
            if (character == ']' || character == ')') --depth;
            if (depth == 0) {
                const std::string_view list = rest_.substr(0, at + 1);
                rest_.remove_prefix(list.size());
                return list;
            }
        }
        fail_expecting("a list that ends");
    }

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

    /// Whether `token` comes next; the empty one stands for the end.
    bool peek(std::string_view token) {
        skip_blanks();
        return token.empty() ? rest_.empty() : rest_.starts_with(token);
    }

    bool skip(std::string_view token) {
        if (!peek(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    void take(std::string_view token) {
        if (!skip(token)) fail_expecting(to_text("'", token, "'"));
    }

    [[noreturn]] void fail_expecting(std::string_view expected) const {
        constexpr std::size_t kShownBytes = 16;
        const std::string found = rest_.empty() ? "its end" : to_text("'", shown(rest_.substr(0, kShownBytes)), "'");
        fail(path_, "header: byte ", text_.size() - rest_.size(), ": expected ", expected, ", found ", found);
    }

    const std::filesystem::path& path_;
    std::string_view text_;
    std::string_view rest_;  // of the text
    NpyDictionary found_;
};

}  // namespace

NpyDictionary parse_npy_dictionary(const std::filesystem::path& path, std::string_view text) {
    return Parser(path, text).parse();
}

}  // namespace skein::internal::files
