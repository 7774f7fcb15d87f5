#include "files/arrays/npy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "files/io/fail.hpp"
#include "skein/names.hpp"

namespace skein::internal::files {
namespace {

struct TypeProperties {
    std::string_view name;
    std::string_view description;  // NumPy's
    std::size_t bytes;
};
/// In the order of the enumerators.
constexpr std::array<TypeProperties, 6> kTypes{{{"boolean", "|b1", 1},
                                                {"uint8", "|u1", 1},
                                                {"uint64", "<u8", 8},
                                                {"int64", "<i8", 8},
                                                {"float32", "<f4", 4},
                                                {"float64", "<f8", 8}}};

const TypeProperties& properties_of(ElementType type) { return kTypes[static_cast<std::size_t>(type)]; }

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kVersionBytes = 2;
/// numpy.load() itself takes no longer one without being asked to.
constexpr std::uint64_t kMaxDictionaryBytes = 10'000;
constexpr std::array<std::string_view, 3> kKeys{"descr", "fortran_order", "shape"};
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kDataAlignment = 64;

class HeaderParser {
public:
    HeaderParser(const std::filesystem::path& path, std::string_view dictionary, std::span<const ElementType> types)
        : path_(path), text_(dictionary), types_(types) {}

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
        if (rest().starts_with('[')) fail(path_, "has a structured dtype: expected " + known_types());
        const std::string_view description = parse_string("a dtype such as '<f8'");
        const auto type =
            std::ranges::find(types_, description, [](ElementType known) { return properties_of(known).description; });
        if (type == types_.end()) {
            fail(path_, "dtype '" + shown(description) + "' is not supported: expected " + known_types());
        }
        header_.type = *type;
    }

    std::string known_types() const {
        std::string text;
        for (std::size_t index = 0; index < types_.size(); ++index) {
            if (index > 0) text += index + 1 < types_.size() ? ", " : " or ";
            text += "'" + std::string(properties_of(types_[index]).description) + "'";
        }
        return text;
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
    std::span<const ElementType> types_;
    std::size_t position_ = 0;
    std::array<bool, kKeys.size()> is_found_{};
    NpyHeader header_;
};

/// The bytes of the dictionary; `offset` becomes that of its first one.
std::uint64_t read_preamble(const InputFile& file, std::uint64_t& offset) {
    const std::uint64_t file_bytes = file.size_bytes();
    std::array<std::uint8_t, 12> preamble{};
    file.read_at(0, std::as_writable_bytes(std::span(preamble).first(std::min<std::uint64_t>(12, file_bytes))));
    if (!std::ranges::equal(std::span(preamble).first(kMagic.size()), kMagic, {}, {},
                            [](char byte) { return static_cast<std::uint8_t>(byte); })) {
        fail(file.path(), "is not a .npy file: expected it to start with \\x93NUMPY");
    }
    const unsigned major = preamble[6];
    const unsigned minor = preamble[7];
    if (file_bytes >= 8 && (major < 1 || major > 3 || minor != 0)) {
        fail(file.path(), "has format version " + std::to_string(major) + "." + std::to_string(minor) +
                              ": expected 1.0, 2.0 or 3.0");
    }
    const std::size_t length_bytes = major == 1 ? 2 : 4;
    offset = kMagic.size() + kVersionBytes + length_bytes;
    if (file_bytes < offset) fail(file.path(), "is truncated: it ends within the header");
    std::uint64_t length = 0;
    for (std::size_t byte = length_bytes; byte > 0; --byte) length = length << 8 | preamble[7 + byte];
    return length;
}

}  // namespace

NpyHeader read_npy_header(const InputFile& file, std::span<const ElementType> types) {
    std::uint64_t offset = 0;
    const std::uint64_t length = read_preamble(file, offset);
    const std::uint64_t remaining_bytes = file.size_bytes() - offset;
    if (length > remaining_bytes) {
        fail(file.path(), "is truncated: its header has " + std::to_string(length) +
                              " bytes, of which the file holds " + std::to_string(remaining_bytes));
    }
    if (length > kMaxDictionaryBytes) {
        fail(file.path(), "has a header of " + std::to_string(length) + " bytes: expected at most " +
                              std::to_string(kMaxDictionaryBytes));
    }
    std::string dictionary(length, '\0');
    file.read_at(offset, std::as_writable_bytes(std::span(dictionary)));
    NpyHeader header = HeaderParser(file.path(), dictionary, types).parse();
    header.data_offset = offset + length;
    return header;
}

std::uint64_t require_data_size(const InputFile& file, const NpyHeader& header) {
    const std::size_t element_bytes = bytes_of(header.type);
    const std::uint64_t data_bytes = file.size_bytes() - header.data_offset;
    std::uint64_t expected_bytes = 0;
    if (!checked_size(header.shape, element_bytes, expected_bytes)) {
        fail(file.path(), "has shape " + format_shape(header.shape) + ": more bytes than 64 bits can count");
    }
    if (data_bytes != expected_bytes) {
        fail(file.path(), std::string(data_bytes < expected_bytes ? "is truncated" : "has trailing bytes") +
                              ": shape " + format_shape(header.shape) + " of " + std::string(name_of(header.type)) +
                              " takes " + std::to_string(expected_bytes) + " bytes of data, the file has " +
                              std::to_string(data_bytes));
    }
    return expected_bytes / element_bytes;
}

std::string_view name_of(ElementType type) { return properties_of(type).name; }

std::size_t bytes_of(ElementType type) { return properties_of(type).bytes; }

std::string format_npy_header(ElementType type, std::span<const std::size_t> shape) {
    std::string dictionary = "{'descr': '" + std::string(properties_of(type).description) +
                             "', 'fortran_order': False, 'shape': " + format_shape(shape) + ", }";
    const std::size_t preamble_bytes = kMagic.size() + kVersionBytes + 2;  // the dictionary's length has 16 bits
    const std::size_t used_bytes = preamble_bytes + dictionary.size() + 1;
    dictionary.append((kDataAlignment - used_bytes % kDataAlignment) % kDataAlignment, ' ');
    dictionary += '\n';
    std::string header(kMagic);
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

bool checked_size(std::span<const std::size_t> shape, std::size_t element_bytes, std::uint64_t& size_bytes) {
    size_bytes = element_bytes;
    for (const std::uint64_t dimension : shape) {
        if (dimension != 0 && size_bytes > std::numeric_limits<std::uint64_t>::max() / dimension) return false;
        size_bytes *= dimension;
    }
    return true;
}

}  // namespace skein::internal::files
