/// Samples that stay in their .npy files, and are read when they are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "files/npy_reader.hpp"
#include "skein/dataset.hpp"

namespace skein::files {

/// Columns of an array: 1 where it has one dimension.
std::size_t num_columns_of(const NpyReader& reader);

/// Throws FileError, naming row and column, for a value that is not finite, or a negative sample weight in column 2.
template <class Scalar>
void require_valid(const NpyReader& reader, std::size_t index, Scalar value, std::size_t column);

/// What is read in order goes into the caller's buffer, whichever thread it is. Each thread keeps the block that it last
/// took samples from in no order.
template <class Scalar>
class NpySource final : public SampleSource<Scalar> {
public:
    /// An array of two or three columns: x, y and the sample weight.
    explicit NpySource(NpyReader samples);
    /// Two of one column, of the same length.
    NpySource(NpyReader x, NpyReader y);

    std::uint64_t num_samples() const noexcept override { return x_.shape()[0]; }
    bool prefers_blocks() const noexcept override { return true; }
    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override;
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices, const SampleBuffer<Scalar>& buffer) const override;

private:
    void read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const;
    void will_need(std::uint64_t first, std::uint64_t end) const noexcept;
    void gather_from_block(std::uint64_t block, std::span<const std::uint64_t> indices,
                           const SampleBuffer<Scalar>& buffer) const;

    NpyReader x_;
    std::optional<NpyReader> y_;
    std::size_t num_columns_;
    std::uint64_t id_;  // of this source among all: what a thread's block belongs to
};

}  // namespace skein::files
