// Sources whose neighbouring samples come much faster than scattered ones: those of files.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "skein/batch_order.hpp"
#include "skein/sample_source.hpp"

namespace skein::internal {

/// To gather scattered samples of a block, a thread reads the whole block at once and keeps it.
template <class Scalar>
class BlockSource : public SampleSource<Scalar> {
public:
    bool prefers_blocks() const noexcept final { return true; }
    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices, const SampleBuffer<Scalar>& buffer) const final;

protected:
    BlockSource() noexcept = default;
    /// Tells this source from all others, so that a thread knows whose block it has kept.
    std::uint64_t id() const noexcept { return id_; }

private:
    /// Reads samples [first, first + count), and no others, into `to`. Returns whether they have weights.
    virtual bool read(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& to) const = 0;

    bool gather_from_block(std::uint64_t block, std::span<const std::uint64_t> indices,
                           const SampleBuffer<Scalar>& to) const;

    static std::uint64_t next_id() noexcept {
        static std::atomic<std::uint64_t> count{0};
        return ++count;
    }
    std::uint64_t id_ = next_id();
};

template <class Scalar>
bool BlockSource<Scalar>::gather_from_block(std::uint64_t block, std::span<const std::uint64_t> indices,
                                            const SampleBuffer<Scalar>& to) const {
    struct Kept {
        std::uint64_t source_id = 0;
        std::uint64_t block = 0;
        bool is_weighted = false;
        std::vector<Scalar> columns = std::vector<Scalar>(3 * kBlockSamples);
    };
    thread_local Kept kept;
    const std::uint64_t first = block * kBlockSamples;
    Scalar* const x = kept.columns.data();
    Scalar* const y = x + kBlockSamples;
    Scalar* const m = y + kBlockSamples;
    if (kept.source_id != id_ || kept.block != block) {
        kept.source_id = 0;  // nothing is kept if reading fails
        const std::uint64_t count = std::min(kBlockSamples, this->num_samples() - first);
        kept.is_weighted = read(first, static_cast<std::size_t>(count), {x, y, m});
        kept.source_id = id_;
        kept.block = block;
    }
    for (std::size_t position = 0; position < indices.size(); ++position) {
        const std::uint64_t row = indices[position] - first;
        to.x[position] = x[row];
        to.y[position] = y[row];
        if (kept.is_weighted) {
            to.sample_weight[position] = m[row];
        }
    }
    return kept.is_weighted;
}

/// Reads neighbours together, and many samples of one block as the whole block.
template <class Scalar>
MiniBatch<Scalar> BlockSource<Scalar>::gather(std::span<const std::uint64_t> indices,
                                              const SampleBuffer<Scalar>& buffer) const {
    constexpr std::size_t kWorthABlock = 64;  // samples: reading each of them takes longer than the whole block
    bool is_weighted = false;
    for (std::size_t begin = 0; begin < indices.size();) {
        const std::uint64_t block = indices[begin] / kBlockSamples;
        std::size_t end = begin + 1, neighbours = begin + 1;
        while (end < indices.size() && indices[end] / kBlockSamples == block) {
            ++end;
        }
        while (neighbours < end && indices[neighbours] == indices[neighbours - 1] + 1) {
            ++neighbours;
        }
        const SampleBuffer<Scalar> to = buffer.from(begin);
        if (end - begin >= kWorthABlock && neighbours < end) {
            is_weighted = gather_from_block(block, indices.subspan(begin, end - begin), to);
            begin = end;
        } else {
            is_weighted = read(indices[begin], neighbours - begin, to);
            begin = neighbours;
        }
    }
    return {buffer.x, buffer.y, is_weighted ? buffer.sample_weight : nullptr, indices.size()};
}

}  // namespace skein::internal
