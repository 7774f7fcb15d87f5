/// Samples that stay in their .npy files, and are read when they are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "files/npy_reader.hpp"
#include "skein/dataset.hpp"

namespace skein::files {

template <class Scalar>
struct Rows;

/// What is read in order goes into the caller's buffer, whichever thread it is. Each thread keeps the block that it last
/// took samples from in no order.
template <class Scalar>
class NpySource final : public SampleSource<Scalar> {
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
    bool prefers_blocks() const noexcept override { return true; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override;
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices, const SampleBuffer<Scalar>& buffer) const override;

private:
    /// At most so many rows are read at once: a power of two.
    std::size_t max_rows() const noexcept;
    void read(std::uint64_t first, std::uint64_t end, Rows<Scalar>& rows) const;
    void take(Rows<Scalar>& rows, std::size_t count, const SampleBuffer<Scalar>& to) const;
    void get(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to, bool ahead) const;
    void gather_from_block(std::uint64_t block, std::span<const std::uint64_t> indices,
                           const SampleBuffer<Scalar>& buffer) const;

    NpyReader x_;
    std::optional<NpyReader> y_;
    std::size_t num_columns_;
    std::uint64_t id_;  // of this source among all: what a thread's block belongs to
};

}  // namespace skein::files
