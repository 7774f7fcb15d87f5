#include "files/arrays/npy_header.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

struct TypeProperties {
    std::string_view name;
    std::string_view description;  // NumPy's
    std::size_t bytes;
};
/// In the order of the enumerators.
constexpr std::array<TypeProperties, 6> kTypeProperties{{{"boolean", "|b1", 1},
                                                         {"uint8", "|u1", 1},
                                                         {"uint64", "<u8", 8},
                                                         {"int64", "<i8", 8},
                                                         {"float32", "<f4", 4},
                                                         {"float64", "<f8", 8}}};

const TypeProperties& properties_of(ElementType type) { return kTypeProperties[static_cast<std::size_t>(type)]; }

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::uint64_t kVersionBytes = 2;
/// The limit of numpy.load() itself.
constexpr std::uint64_t kMaxDictionaryBytes = 10'000;
constexpr std::size_t kDataAlignment = 64;

std::string descriptions_of(std::span<const ElementType> types) {
    std::string text;
    for (std::size_t index = 0; index < types.size(); ++index) {
        const char* const separator = index == 0 ? "" : index + 1 < types.size() ? ", " : " or ";
        text += to_text(separator, "'", properties_of(types[index]).description, "'");
    }
    return text;
}

/// The number of bytes of the dictionary; `offset` becomes that of its first byte.
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
        fail(file.path(), "has format version ", major, ".", minor, ": expected 1.0, 2.0 or 3.0");
    }
    const std::size_t length_bytes = major == 1 ? 2 : 4;
    offset = kMagic.size() + kVersionBytes + length_bytes;
    if (file_bytes < offset) fail(file.path(), "is truncated: it ends within the header");
    std::uint64_t length = 0;
    for (std::size_t byte = length_bytes; byte > 0; --byte) length = length << 8 | preamble[7 + byte];
    return length;
}

}  // namespace

NpyHeader read_npy_header(const InputFile& file) {
    std::uint64_t offset = 0;
    const std::uint64_t length = read_preamble(file, offset);
    const std::uint64_t remaining_bytes = file.size_bytes() - offset;
    if (length > remaining_bytes) {
        fail(file.path(), "is truncated: its header has ", length, " bytes, the file holds ", remaining_bytes);
    }
    if (length > kMaxDictionaryBytes) {
        fail(file.path(), "has a header of ", length, " bytes: expected at most ", kMaxDictionaryBytes);
    }
    std::string dictionary(length, '\0');
    file.read_at(offset, std::as_writable_bytes(std::span(dictionary)));
    return {parse_npy_dictionary(file.path(), dictionary), offset + length};
}

ElementType require_type(const std::filesystem::path& path, const NpyDictionary& dictionary,
                         std::span<const ElementType> types) {
    if (dictionary.fortran_order) fail(path, "Fortran order is not supported: expected C order");
    const auto type =
        std::ranges::find(types, dictionary.descr, [](ElementType known) { return properties_of(known).description; });
    if (type == types.end()) {
        fail(path, "dtype '", shown(dictionary.descr), "' is not supported: expected ", descriptions_of(types));
    }
    return *type;
}

std::uint64_t require_data_size(const InputFile& file, const NpyHeader& header, std::string_view type_name,
                                std::size_t element_bytes) {
    const std::span<const std::size_t> shape = header.dictionary.shape;
    const std::uint64_t data_bytes = file.size_bytes() - header.data_offset;
    std::uint64_t expected_bytes = 0;
    if (!checked_size(shape, element_bytes, expected_bytes)) {
        fail(file.path(), "has shape ", format_shape(shape), ": expected at most 2^64 - 1 bytes");
    }
    if (data_bytes != expected_bytes) {
        fail(file.path(), data_bytes < expected_bytes ? "is truncated" : "has trailing bytes", ": shape ",
             format_shape(shape), " of ", type_name, " takes ", expected_bytes, " bytes of data, the file has ",
             data_bytes);
    }
    return expected_bytes / element_bytes;
}

std::string_view name_of(ElementType type) { return properties_of(type).name; }

std::size_t bytes_of(ElementType type) { return properties_of(type).bytes; }

std::string format_npy_header(ElementType type, std::span<const std::size_t> shape) {
    std::string dictionary = to_text("{'descr': '", properties_of(type).description,
                                     "', 'fortran_order': False, 'shape': ", format_shape(shape), ", }");
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
        text += to_text(index == 0 ? "" : ", ", shape[index]);
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
