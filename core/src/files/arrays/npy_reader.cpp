#include "files/arrays/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "base/text.hpp"
#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

static_assert(std::endian::native == std::endian::little, "the values are copied as they are");

constexpr std::array<ElementType, 2> kSampleTypes{ElementType::float32, ElementType::float64};
constexpr std::size_t kPieceValues = 8192;

}  // namespace

NpyReader::NpyReader(const std::filesystem::path& path) : file_(path), header_(read_npy_header(file_, kSampleTypes)) {
    if (shape().empty() || shape().size() > 2) {
        fail(path, "has ", counted(shape().size(), "dimension"), ", shape ", format_shape(shape()),
             ": expected 1 or 2");
    }
    num_values_ = require_data_size(file_, header_);
    file_.expect_sequential();
}

std::string NpyReader::position(std::size_t index) const {
    const std::size_t num_columns = shape().size() == 2 ? shape()[1] : 1;
    const std::string row = to_text("row ", index / num_columns + 1);
    return shape().size() == 1 ? row : to_text(row, ", column ", index % num_columns + 1);
}

template <class Scalar>
void NpyReader::read(std::size_t first, std::span<Scalar> values) const {
    const std::uint64_t offset = header_.data_offset + first * bytes_of(header_.type);
    if (bytes_of(header_.type) == sizeof(Scalar)) return file_.read_at(offset, std::as_writable_bytes(values));
    using Stored = std::conditional_t<std::is_same_v<Scalar, float>, double, float>;
    std::array<Stored, kPieceValues> piece;
    for (std::size_t done = 0; done < values.size(); done += kPieceValues) {
        const std::span stored = std::span(piece).first(std::min(kPieceValues, values.size() - done));
        file_.read_at(offset + done * sizeof(Stored), std::as_writable_bytes(stored));
        for (std::size_t index = 0; index < stored.size(); ++index) {
            const auto value = static_cast<Scalar>(stored[index]);
            if (std::isinf(value) && !std::isinf(stored[index])) {
                fail(path(), position(first + done + index), ": ", stored[index], " is out of the range of float32");
            }
            values[done + index] = value;
        }
    }
}

template void NpyReader::read(std::size_t, std::span<float>) const;
template void NpyReader::read(std::size_t, std::span<double>) const;

}  // namespace skein::internal::files
