/// Samples from files, piece by piece: the files may be larger than memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "skein/csv_format.hpp"
#include "skein/dataset.hpp"
#include "skein/files/array_file.hpp"

namespace skein {

namespace internal::files {
enum class Contents : std::uint8_t;
}

/// Reads the files of read_dataset() in constant memory. Functions that read throw FileError as read_dataset() does,
/// with file, row and column, once they reach what is wrong.
template <class Scalar>
class SampleReader {
public:
    /// A text file, a pipe or "-", standard input, all of them as they are or compressed with gzip; or a .npy file of
    /// shape (N, 2) or (N, 3).
    explicit SampleReader(const std::filesystem::path& path, const CsvFormat& format = {});
    /// Two .npy files of shape (N) or (N, 1), x and y, of equal length.
    SampleReader(const std::filesystem::path& x_path, const std::filesystem::path& y_path);
    /// Reads x alone: num_columns() is 1. Of a text file, its only or first column of at most three, or the one of
    /// format.columns; of a .npy file of shape (N), (N, 1), (N, 2) or (N, 3) the first column.
    static SampleReader inputs(const std::filesystem::path& path, const CsvFormat& format = {});
    SampleReader(SampleReader&&) noexcept;
    SampleReader& operator=(SampleReader&&) noexcept;
    ~SampleReader();

    /// 1: x; 2: x and y; 3: x, y and sample weights.
    std::size_t num_columns() const noexcept;
    /// Empty for text, whose rows are not counted beforehand.
    std::optional<std::uint64_t> num_samples() const noexcept;
    /// float32 for a .npy of float32 or float16, float64 for one of float64, integers or bool (of two files, the wider
    /// one); empty for text.
    std::optional<ElementType> stored_type() const noexcept;

    /// Reads the next samples into the columns of `buffer`, each [count]. Returns how many: fewer than `count` only at
    /// the end, and 0 from then on. Columns that are not read are not used and may be null.
    std::size_t read(const SampleBuffer<Scalar>& buffer, std::size_t count);

    /// The part that has been read, from 0 to 1; empty if the size is unknown, as of a pipe.
    std::optional<double> fraction_read() const;

private:
    class Source;
    class CsvSource;
    class NpyRows;

    explicit SampleReader(std::unique_ptr<Source> source);
    static std::unique_ptr<Source> open(const std::filesystem::path& path, const CsvFormat& format,
                                        internal::files::Contents contents);

    std::unique_ptr<Source> source_;
};

}  // namespace skein
