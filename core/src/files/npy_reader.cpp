#include "files/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string_view>
#include <type_traits>

#include "files/fail.hpp"
#include "files/to_text.hpp"

namespace skein::files {
namespace {

static_assert(std::endian::native == std::endian::little, "the values are copied as they are");

/// numpy.load() itself takes no longer one without being asked to.
constexpr std::uint64_t kMaxDictionaryBytes = 10'000;
constexpr std::uint64_t kVersionBytes = 2;
constexpr std::size_t kBlockValues = 8192;

}  // namespace

NpyReader::NpyReader(const std::filesystem::path& path) : file_(path) {
    header_ = parse_npy_header(path, read_dictionary());
    require_known_shape();
    require_size(file_.size_bytes() - data_offset_);
}

std::uint64_t NpyReader::read_preamble() {
    const std::uint64_t file_bytes = file_.size_bytes();
    std::array<std::uint8_t, 12> preamble{};
    file_.read_at(0, std::as_writable_bytes(std::span(preamble).first(std::min<std::uint64_t>(12, file_bytes))));
    if (!std::ranges::equal(std::span(preamble).first(kNpyMagic.size()), kNpyMagic, {}, {},
                            [](char byte) { return static_cast<std::uint8_t>(byte); })) {
        fail(path(), "is not a .npy file: expected it to start with \\x93NUMPY");
    }
    const unsigned major = preamble[6];
    const unsigned minor = preamble[7];
    if (file_bytes >= 8 && (major < 1 || major > 3 || minor != 0)) {
        fail(path(), "has format version " + std::to_string(major) + "." + std::to_string(minor) +
                         ": expected 1.0, 2.0 or 3.0");
    }
    const std::size_t length_bytes = major == 1 ? 2 : 4;
    data_offset_ = kNpyMagic.size() + kVersionBytes + length_bytes;
    if (file_bytes < data_offset_) fail(path(), "is truncated: it ends within the header");
    std::uint64_t length = 0;
    for (std::size_t byte = length_bytes; byte > 0; --byte) length = length << 8 | preamble[7 + byte];
    return length;
}

std::string NpyReader::read_dictionary() {
    const std::uint64_t length = read_preamble();
    const std::uint64_t remaining_bytes = file_.size_bytes() - data_offset_;
    if (length > remaining_bytes) {
        fail(path(), "is truncated: its header has " + std::to_string(length) + " bytes, of which the file holds " +
                         std::to_string(remaining_bytes));
    }
    if (length > kMaxDictionaryBytes) {
        fail(path(), "has a header of " + std::to_string(length) + " bytes: expected at most " +
                         std::to_string(kMaxDictionaryBytes));
    }
    std::string dictionary(length, '\0');
    file_.read_at(data_offset_, std::as_writable_bytes(std::span(dictionary)));
    data_offset_ += length;
    return dictionary;
}

void NpyReader::require_known_shape() const {
    if (shape().empty() || shape().size() > 2) {
        fail(path(), "has " + std::to_string(shape().size()) + " dimensions, shape " + format_shape(shape()) +
                         ": expected 1 or 2");
    }
}

void NpyReader::require_size(std::uint64_t data_bytes) {
    std::uint64_t expected_bytes = 0;
    if (!checked_size(shape(), header_.value_bytes, expected_bytes)) {
        fail(path(), "has shape " + format_shape(shape()) + ": more bytes than 64 bits can count");
    }
    if (data_bytes != expected_bytes) {
        fail(path(), std::string(data_bytes < expected_bytes ? "is truncated" : "has trailing bytes") + ": shape " +
                         format_shape(shape()) + " of float" + std::to_string(8 * header_.value_bytes) + " takes " +
                         std::to_string(expected_bytes) + " bytes of data, the file has " + std::to_string(data_bytes));
    }
    num_values_ = expected_bytes / header_.value_bytes;
}

std::string NpyReader::position(std::size_t index) const {
    const std::size_t num_columns = shape().size() == 2 ? shape()[1] : 1;
    const std::string row = "row " + std::to_string(index / num_columns + 1);
    return shape().size() == 1 ? row : row + ", column " + std::to_string(index % num_columns + 1);
}

template <class Scalar>
void NpyReader::read(std::size_t first, std::span<Scalar> values) const {
    const std::uint64_t offset = data_offset_ + first * header_.value_bytes;
    if (header_.value_bytes == sizeof(Scalar)) return file_.read_at(offset, std::as_writable_bytes(values));
    using Stored = std::conditional_t<std::is_same_v<Scalar, float>, double, float>;
    std::array<Stored, kBlockValues> block;
    for (std::size_t done = 0; done < values.size(); done += kBlockValues) {
        const std::span stored = std::span(block).first(std::min(kBlockValues, values.size() - done));
        file_.read_at(offset + done * sizeof(Stored), std::as_writable_bytes(stored));
        for (std::size_t index = 0; index < stored.size(); ++index) {
            const auto value = static_cast<Scalar>(stored[index]);
            if (std::isinf(value) && !std::isinf(stored[index])) {
                fail(path(), position(first + done + index) + ": " + to_text(stored[index]) +
                                 " is out of the range of float32");
            }
            values[done + index] = value;
        }
    }
}

template void NpyReader::read(std::size_t, std::span<float>) const;
template void NpyReader::read(std::size_t, std::span<double>) const;

}  // namespace skein::files
