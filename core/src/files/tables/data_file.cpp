#include "skein/files/data_file.hpp"

#include <array>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/floating_point_environment.hpp"
#include "files/arrays/npy_source.hpp"
#include "files/io/file_error.hpp"
#include "skein/files/sample_reader.hpp"
#include "skein/text.hpp"

namespace skein {

using namespace internal;

namespace internal::files {
namespace {

/// Samples read at once if their number is unknown.
constexpr std::size_t kPieceSamples = 65'536;

/// All samples of a file, as a data set.
template <class Scalar>
Dataset<Scalar> read_all(SampleReader<Scalar> reader) {
    std::array<std::vector<Scalar>, 3> columns;
    std::size_t num_samples = 0;
    const auto resize = [&](std::size_t size) {
        for (std::size_t column = 0; column < reader.num_columns(); ++column) columns[column].resize(size);
    };
    const auto read = [&](std::size_t count) {
        resize(num_samples + count);
        auto& [x, y, sample_weight] = columns;
        Scalar* const weights = reader.num_columns() == 3 ? sample_weight.data() + num_samples : nullptr;
        const std::size_t num_read = reader.read({x.data() + num_samples, y.data() + num_samples, weights}, count);
        num_samples += num_read;
        return num_read == count;
    };
    if (reader.num_samples()) {
        read(static_cast<std::size_t>(*reader.num_samples()));
    } else {
        while (read(kPieceSamples)) {
        }
        resize(num_samples);
    }
    return Dataset<Scalar>(std::move(columns[0]), std::move(columns[1]), std::move(columns[2]));
}

/// What `read` returns. Errors of data and memory become FileErrors about `path`.
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
}  // namespace internal::files

template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& path, const CsvFormat& format) {
    const FloatingPointEnvironment environment;
    return files::naming(path, [&] { return files::read_all(SampleReader<Scalar>(path, format)); });
}

template <class Scalar>
Dataset<Scalar> read_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path) {
    const FloatingPointEnvironment environment;
    return files::naming(x_path, [&] { return files::read_all(SampleReader<Scalar>(x_path, y_path)); });
}

template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& path, std::uint64_t max_bytes, const CsvFormat& format) {
    if (ends_in(path.native(), ".npy")) {
        auto source = std::make_shared<files::NpySource<Scalar>>(path);
        if (!source->fits(max_bytes)) {
            return Dataset<Scalar>(std::move(source));
        }
    }
    return read_dataset<Scalar>(path, format);
}

template <class Scalar>
Dataset<Scalar> open_dataset(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                             std::uint64_t max_bytes) {
    auto source = std::make_shared<files::NpySource<Scalar>>(x_path, y_path);
    return source->fits(max_bytes) ? read_dataset<Scalar>(x_path, y_path) : Dataset<Scalar>(std::move(source));
}

template Dataset<float> read_dataset(const std::filesystem::path&, const CsvFormat&);
template Dataset<double> read_dataset(const std::filesystem::path&, const CsvFormat&);
template Dataset<float> read_dataset(const std::filesystem::path&, const std::filesystem::path&);
template Dataset<double> read_dataset(const std::filesystem::path&, const std::filesystem::path&);

template Dataset<float> open_dataset(const std::filesystem::path&, std::uint64_t, const CsvFormat&);
template Dataset<double> open_dataset(const std::filesystem::path&, std::uint64_t, const CsvFormat&);
template Dataset<float> open_dataset(const std::filesystem::path&, const std::filesystem::path&, std::uint64_t);
template Dataset<double> open_dataset(const std::filesystem::path&, const std::filesystem::path&, std::uint64_t);

}  // namespace skein
