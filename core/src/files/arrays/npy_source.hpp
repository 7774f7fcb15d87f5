/// Samples that stay in their .npy files, and are read when they are asked for.
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

/// What is read in order comes through a buffer of each thread's own, which reads ahead.
template <class Scalar>
class NpySource final : public BlockSource<Scalar> {
public:
    /// An array of shape (N, 2) or (N, 3): x, y and the sample weight. Throws FileError for others.
    explicit NpySource(const std::filesystem::path& path);
    /// Two of shape (N) or (N, 1). Throws FileError also when their lengths differ.
    NpySource(const std::filesystem::path& x_path, const std::filesystem::path& y_path);

    std::size_t num_columns() const noexcept { return num_columns_; }
    /// Of two files, the wider one.
    ElementType stored_type() const noexcept;
    const std::filesystem::path& path() const noexcept { return x_.path(); }
    /// Whether all samples take at most so many bytes.
    bool fits(std::uint64_t max_bytes) const noexcept;

    std::uint64_t num_samples() const noexcept override { return x_.shape()[0]; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override;

private:
    /// At most so many rows are read at once: a power of two.
    std::size_t max_rows() const noexcept;
    bool read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const override;
    void fill(Rows<Scalar>& rows, std::uint64_t first, std::uint64_t end) const;
    void take(Rows<Scalar>& rows, std::size_t count, const SampleBuffer<Scalar>& to) const;
    void get(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to, bool ahead) const;

    NpyReader x_;
    std::optional<NpyReader> y_;
    std::size_t num_columns_;
};

}  // namespace skein::internal::files
