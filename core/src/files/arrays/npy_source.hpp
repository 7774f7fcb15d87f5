/// Samples that stay in their .npy files until they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "files/arrays/npy_reader.hpp"
#include "samples/block_source.hpp"

namespace skein::internal::files {

template <class Scalar>
struct Rows;

/// Sequential reads go through a buffer per thread, which reads ahead.
template <class Scalar>
class NpySource final : public BlockSource<Scalar> {
public:
    /// An array of shape (N, 2), x and y, or (N, 3), x, y and the sample weight. Throws FileError for other shapes.
    explicit NpySource(const std::filesystem::path& path);
    /// Two arrays of shape (N) or (N, 1), x and y. Throws FileError also if their lengths differ.
    NpySource(const std::filesystem::path& x_path, const std::filesystem::path& y_path);

    std::size_t num_columns() const noexcept { return num_columns_; }
    /// float32 for float32 and float16, float64 for all others; of two files, the wider one.
    ElementType stored_type() const noexcept;
    const std::filesystem::path& path() const noexcept { return x_.path(); }
    /// Whether all samples take at most `max_bytes` of memory.
    bool fits(std::uint64_t max_bytes) const noexcept;

    std::uint64_t num_samples() const noexcept override { return x_.shape()[0]; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override;

private:
    /// A column of its own: values of a reader, from index `first` on.
    struct Column {
        const NpyReader& reader;
        std::uint64_t first;
    };

    /// Whether each column is read by itself: the values of a row are not neighbours.
    bool is_columnar() const noexcept { return y_ || x_.is_columnar(); }
    Column column(std::size_t index) const noexcept;
    /// The most rows of one read: a power of two.
    std::size_t max_rows() const noexcept;
    bool read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const override;
    void fill(Rows<Scalar>& rows, std::uint64_t first, std::uint64_t end) const;
    void take(Rows<Scalar>& rows, std::size_t count, const SampleBuffer<Scalar>& to) const;
    void take_rows(const Scalar* values, std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const;
    void take_columns(const Scalar* values, std::uint64_t first, std::size_t count,
                      const SampleBuffer<Scalar>& to) const;
    void get(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to, bool ahead) const;

    NpyReader x_;
    std::optional<NpyReader> y_;
    std::size_t num_columns_;
};

}  // namespace skein::internal::files
