#include "skein/files/npy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/floating_point_environment.hpp"
#include "files/arrays/npy_reader.hpp"
#include "files/io/file_error.hpp"
#include "files/io/output_file.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr std::size_t kTransposedValues = 8192;  // at a time

/// The values of a file of column after column, row after row.
template <class Scalar>
void read_transposed(const files::NpyReader& reader, std::span<Scalar> values) {
    const std::size_t num_rows = reader.shape()[0];
    std::array<Scalar, kTransposedValues> piece;
    std::size_t row = 0, column = 0;
    for (std::size_t done = 0; done < values.size(); done += kTransposedValues) {
        const std::span next = std::span(piece).first(std::min(kTransposedValues, values.size() - done));
        reader.read(done, next);
        for (const Scalar value : next) {
            values[row * reader.num_columns() + column] = value;
            if (++row == num_rows) row = 0, ++column;
        }
    }
}

}  // namespace

template <class Scalar>
NpyArray<Scalar> read_npy(const std::filesystem::path& path) {
    const FloatingPointEnvironment environment;
    const files::NpyReader reader(path);
    NpyArray<Scalar> array{reader.shape(), {}};
    try {
        array.values.resize(reader.num_values());
    } catch (const std::exception&) {  // bad_alloc or length_error
        files::fail(path, "does not fit into memory: shape ", files::format_shape(reader.shape()));
    }
    const std::span<Scalar> values(array.values);
    if (reader.is_columnar()) {
        read_transposed(reader, values);
    } else {
        reader.read(0, values);
    }
    return array;
}

template <class Scalar>
void write_npy(const std::filesystem::path& path, std::span<const Scalar> values, std::span<const std::size_t> shape) {
    if (shape.size() > files::kMaxDimensions) {
        throw std::invalid_argument(
            to_text("write_npy: ", shape.size(), " dimensions: NumPy has at most ", files::kMaxDimensions));
    }
    std::uint64_t size_bytes = 0;
    if (!files::checked_size(shape, sizeof(Scalar), size_bytes) || size_bytes != values.size_bytes()) {
        throw std::invalid_argument(
            to_text("write_npy: shape ", files::format_shape(shape), " does not hold ", values.size(), " values"));
    }
    const std::string header = files::format_npy_header(files::kTypeOf<Scalar>, shape);
    const auto bytes = std::as_bytes(values);
    const std::array<std::string_view, 2> parts{
        header, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
    files::replace_file(path, parts);
}

template NpyArray<float> read_npy(const std::filesystem::path&);
template NpyArray<double> read_npy(const std::filesystem::path&);
template void write_npy(const std::filesystem::path&, std::span<const float>, std::span<const std::size_t>);
template void write_npy(const std::filesystem::path&, std::span<const double>, std::span<const std::size_t>);

}  // namespace skein
