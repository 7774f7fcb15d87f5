#include "files/arrays/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "base/text.hpp"
#include "files/io/fail.hpp"

namespace skein::internal::files {
namespace {

static_assert(std::endian::native == std::endian::little, "the values are copied as they are");

constexpr std::array<ElementType, 2> kTypes{ElementType::float32, ElementType::float64};
constexpr std::size_t kBlockValues = 8192;

}  // namespace

NpyReader::NpyReader(const std::filesystem::path& path) : file_(path), header_(read_npy_header(file_, kTypes)) {
    if (shape().empty() || shape().size() > 2) {
        fail(path, "has " + std::to_string(shape().size()) + " dimensions, shape " + format_shape(shape()) +
                       ": expected 1 or 2");
    }
    num_values_ = require_data_size(file_, header_);
    file_.expect_sequential();
}

std::string NpyReader::position(std::size_t index) const {
    const std::size_t num_columns = shape().size() == 2 ? shape()[1] : 1;
    const std::string row = "row " + std::to_string(index / num_columns + 1);
    return shape().size() == 1 ? row : row + ", column " + std::to_string(index % num_columns + 1);
}

template <class Scalar>
void NpyReader::read(std::size_t first, std::span<Scalar> values) const {
    const std::uint64_t offset = header_.data_offset + first * bytes_of(header_.type);
    if (bytes_of(header_.type) == sizeof(Scalar)) return file_.read_at(offset, std::as_writable_bytes(values));
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

}  // namespace skein::internal::files
