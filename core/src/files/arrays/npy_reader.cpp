#include "files/arrays/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/text.hpp"
#include "files/io/file_error.hpp"

namespace skein::internal::files {
namespace {

constexpr std::size_t kPieceBytes = 65536;  // a multiple of the bytes of each kind of number

template <class Scalar>
constexpr NumberFormat kFormatOf{sizeof(Scalar) == sizeof(float) ? NumberKind::float32 : NumberKind::float64, false};

/// The NumPy expression for an array `a` of another type, as an array of numbers.
std::string_view conversion_from(std::string_view dtype) {
    if (dtype.starts_with('[')) return "numpy.lib.recfunctions.structured_to_unstructured(a)";
    return dtype.find('c') == 1 ? "a.real" : "a.astype(float)";
}

NumberFormat require_number_format(const std::filesystem::path& path, std::string_view dtype) {
    const std::optional<NumberFormat> format = parse_number_format(dtype);
    if (format) return *format;
    fail(path, "dtype '", shown(dtype), "' is not supported: expected bool, int8 to int64, uint8 to uint64 or float16 ",
         "to float64; in NumPy, ", conversion_from(dtype), " converts an array a");
}

}  // namespace

NpyReader::NpyReader(const std::filesystem::path& path)
    : file_(path), header_(read_npy_header(file_)), format_(require_number_format(path, header_.dictionary.descr)) {
    if (shape().empty() || shape().size() > 2) {
        fail(path, "has ", counted(shape().size(), "dimension"), ", shape ", format_shape(shape()),
             ": expected 1 or 2");
    }
    num_values_ = require_data_size(file_, header_, name_of(format_.kind), bytes_of(format_.kind));
    file_.expect_sequential();
}

ElementType NpyReader::stored_type() const noexcept {
    const bool is_narrow = format_.kind == NumberKind::float32 || format_.kind == NumberKind::float16;
    return is_narrow ? ElementType::float32 : ElementType::float64;
}

std::string NpyReader::position(std::size_t index) const {
    const std::size_t row = is_columnar() ? index % shape()[0] : index / num_columns();
    const std::size_t column = is_columnar() ? index / shape()[0] : index % num_columns();
    const std::string text = to_text("row ", row + 1);
    return shape().size() == 1 ? text : to_text(text, ", column ", column + 1);
}

template <class Scalar>
void NpyReader::convert(std::size_t first, std::span<const std::byte> stored, std::span<Scalar> values) const {
    if (convert_numbers(format_, stored, values)) return;
    for (std::size_t index = 0; index < values.size(); ++index) {
        double exact = 0;
        convert_numbers(format_, stored.subspan(index * sizeof(double), sizeof(double)), std::span(&exact, 1));
        if (std::isinf(values[index]) && !std::isinf(exact)) {
            fail(path(), position(first + index), ": ", exact, " is out of the range of float32");
        }
    }
}

template <class Scalar>
void NpyReader::read(std::size_t first, std::span<Scalar> values) const {
    const std::size_t number_bytes = bytes_of(format_.kind);
    const std::uint64_t offset = header_.data_offset + first * number_bytes;
    if (format_ == kFormatOf<Scalar>) return file_.read_at(offset, std::as_writable_bytes(values));
    std::array<std::byte, kPieceBytes> piece;
    for (std::size_t done = 0; done < values.size();) {
        const std::size_t count = std::min(kPieceBytes / number_bytes, values.size() - done);
        const std::span stored = std::span(piece).first(count * number_bytes);
        file_.read_at(offset + done * number_bytes, stored);
        convert(first + done, stored, values.subspan(done, count));
        done += count;
    }
}

template void NpyReader::read(std::size_t, std::span<float>) const;
template void NpyReader::read(std::size_t, std::span<double>) const;

}  // namespace skein::internal::files
