/// Samples of files, one block after the other: files may be larger than memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "skein/dataset.hpp"
#include "skein/files/array_file.hpp"

namespace skein {

/// Reads what read_dataset() reads, in constant memory. Every function that reads throws FileError, naming file, row
/// and column, for what read_dataset() refuses; what stands further down a file is refused when it is reached.
template <class Scalar>
class SampleReader {
public:
    /// A .csv file, or a .npy file of shape (N, 2) or (N, 3).
    explicit SampleReader(const std::filesystem::path& path);
    /// Two .npy files of shape (N) or (N, 1), as long as each other.
    SampleReader(const std::filesystem::path& x_path, const std::filesystem::path& y_path);
    SampleReader(SampleReader&&) noexcept;
    SampleReader& operator=(SampleReader&&) noexcept;
    ~SampleReader();

    /// 2: x and y; 3: with sample weights.
    std::size_t num_columns() const noexcept;
    /// All there are; nothing for .csv, whose rows are not counted beforehand.
    std::optional<std::uint64_t> num_samples() const noexcept;
    /// What the numbers are stored as: float32 or float64 (of two files, the wider one); nothing for .csv.
    std::optional<ElementType> stored_type() const noexcept;

    /// The next `count` samples, into the columns of `buffer`; fewer only where they end, and 0 from then on.
    /// (buffer.sample_weight is left alone where there are two columns.)
    std::size_t read(const SampleBuffer<Scalar>& buffer, std::size_t count);

    /// The part that has been read, 0 to 1; nothing where that cannot be known, of a pipe.
    std::optional<double> fraction_read() const;

private:
    class Source;
    class CsvSource;
    class NpyRows;

    std::unique_ptr<Source> source_;
};

}  // namespace skein
