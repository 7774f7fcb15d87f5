#include "skein/files/data_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "files/csv.hpp"
#include "files/fail.hpp"
#include "files/npy_reader.hpp"
#include "files/npy_source.hpp"
#include "files/to_text.hpp"
#include "kernels/floating_point_environment.hpp"

namespace skein {
namespace files {
namespace {

constexpr std::size_t kCsvBlockBytes = 1 << 20;
constexpr std::size_t kNpyBlockRows = 4096;

template <class Scalar>
SampleColumns<Scalar> read_csv(const std::filesystem::path& path) {
    InputFile file(path);
    CsvParser<Scalar> parser(path);
    std::vector<char> block(kCsvBlockBytes);
    for (std::size_t size = file.read(block); size > 0; size = file.read(block)) parser.feed({block.data(), size});
    parser.finish();
    return std::move(parser.samples());
}

/// The columns of an array (N, num_columns), read in blocks so that it need not be in memory twice.
template <class Scalar>
SampleColumns<Scalar> read_columns(const NpyReader& reader) {
    SampleColumns<Scalar> samples;
    const std::size_t num_columns = samples.num_columns = num_columns_of(reader);
    const std::size_t num_rows = reader.shape()[0];
    for (std::size_t column = 0; column < num_columns; ++column) samples.values[column].resize(num_rows);
    std::vector<Scalar> block(std::min(num_rows, kNpyBlockRows) * num_columns);
    for (std::size_t first_row = 0; first_row < num_rows; first_row += kNpyBlockRows) {
        const std::size_t block_rows = std::min(kNpyBlockRows, num_rows - first_row);
        reader.read(first_row * num_columns, std::span(block).first(block_rows * num_columns));
        for (std::size_t row = 0; row < block_rows; ++row) {
            for (std::size_t column = 0; column < num_columns; ++column) {
                const Scalar value = block[row * num_columns + column];
                require_valid(reader, (first_row + row) * num_columns + column, value, column);
                samples.values[column][first_row + row] = value;
            }
        }
    }
    return samples;
}

/// An array of two or three columns.
NpyReader open_samples(const std::filesystem::path& path) {
    NpyReader reader(path);
    if (reader.shape().size() == 1 || reader.shape()[1] < 2 || reader.shape()[1] > kMaxColumns) {
        fail(path, "has shape " + format_shape(reader.shape()) + ": expected (N, 2), x and y, or (N, 3), x, y and m" +
                       (num_columns_of(reader) == 1 ? "; x and y in two files are read together" : ""));
    }
    if (reader.shape()[0] == 0) fail(path, "has no samples: shape " + format_shape(reader.shape()));
    return reader;
}

/// An array of one column.
NpyReader open_column(const std::filesystem::path& path) {
    NpyReader reader(path);
    if (num_columns_of(reader) != 1) {
        fail(path, "has shape " + format_shape(reader.shape()) + ": expected (N,) or (N, 1)");
    }
    if (reader.shape()[0] == 0) fail(path, "has no samples: shape " + format_shape(reader.shape()));
    return reader;
}

void require_same_length(const NpyReader& x, const NpyReader& y) {
    if (x.num_values() != y.num_values()) {
        fail(y.path(), "has " + std::to_string(y.num_values()) + " values: expected " + std::to_string(x.num_values()) +
                           " as in " + shown_path(x.path()));
    }
}

template <class Scalar>
bool fits(const NpyReader& reader, std::size_t num_files, std::uint64_t max_bytes) {
    return reader.num_values() <= max_bytes / (num_files * sizeof(Scalar));
}

template <class Scalar>
SampleColumns<Scalar> read_samples(const std::filesystem::path& path) {
    if (path.extension() == ".csv") return read_csv<Scalar>(path);
    if (path.extension() == ".npy") return read_columns<Scalar>(open_samples(path));
    fail(path, "is of an unknown kind: expected a name that ends in .csv or .npy");
}

/// What `read` gives, with the errors that know nothing of files made to name this one.
template <class Read>
auto naming(const std::filesystem::path& path, const Read& read) {
    try {
        return read();
    } catch (const std::bad_alloc&) {
        fail(path, "does not fit into memory");
    } catch (const std::length_error&) {
        fail(path, "does not fit into memory");
    } catch (const std::invalid_argument& error) {
        fail(path, error.what());
    }
}

}  // namespace
}  // namespace files

template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& path) {
    const FloatingPointEnvironment environment;
    return files::naming(path, [&] {
        auto [values, num_columns] = files::read_samples<Scalar>(path);
        if (num_columns == 3 && std::ranges::none_of(values[2], [](Scalar weight) { return weight > 0; })) {
            files::fail(path, "column 3: the sample weights sum to zero");
        }
        return Dataset<Scalar>(std::move(values[0]), std::move(values[1]), std::move(values[2]));
    });
}

template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path) {
    const FloatingPointEnvironment environment;
    const files::NpyReader x_reader = files::open_column(x_path), y_reader = files::open_column(y_path);
    files::require_same_length(x_reader, y_reader);
    const auto values_of = [](const files::NpyReader& reader) {
        return files::naming(reader.path(), [&] { return std::move(files::read_columns<Scalar>(reader).values[0]); });
    };
    std::vector<Scalar> x = values_of(x_reader), y = values_of(y_reader);
    return Dataset<Scalar>(std::move(x), std::move(y));
}

template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& path, std::uint64_t max_bytes) {
    if (path.extension() == ".npy") {
        files::NpyReader reader = files::open_samples(path);
        if (!files::fits<Scalar>(reader, 1, max_bytes)) {
            return Dataset<Scalar>(std::make_shared<files::NpySource<Scalar>>(std::move(reader)));
        }
    }
    return read_dataset<Scalar>(path);
}

template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                             std::uint64_t max_bytes) {
    files::NpyReader x = files::open_column(x_path), y = files::open_column(y_path);
    files::require_same_length(x, y);
    if (files::fits<Scalar>(x, 2, max_bytes)) {
        return read_dataset<Scalar>(x_path, y_path);
    }
    return Dataset<Scalar>(std::make_shared<files::NpySource<Scalar>>(std::move(x), std::move(y)));
}

template Dataset<float> read_dataset(const std::filesystem::path&);
template Dataset<double> read_dataset(const std::filesystem::path&);
template Dataset<float> read_dataset(const std::filesystem::path&, const std::filesystem::path&);
template Dataset<double> read_dataset(const std::filesystem::path&, const std::filesystem::path&);
template Dataset<float> open_dataset(const std::filesystem::path&, std::uint64_t);
template Dataset<double> open_dataset(const std::filesystem::path&, std::uint64_t);
template Dataset<float> open_dataset(const std::filesystem::path&, const std::filesystem::path&, std::uint64_t);
template Dataset<double> open_dataset(const std::filesystem::path&, const std::filesystem::path&, std::uint64_t);

}  // namespace skein
